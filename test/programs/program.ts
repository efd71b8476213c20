/** A program that people point at the app, as a test: how it is installed, and what its user does with it. */
import { spawn } from 'node:child_process';
import type { RecordingProxy } from '../codex/recordingProxy';
import type { TestApp } from '../support/testApp';

export const CASE_NAMES = ['chat', 'stream', 'followUp', 'tools', 'image', 'stop', 'error'] as const;
export type CaseName = (typeof CASE_NAMES)[number];

/** What a case has found wrong, a sentence each; empty where it passes. */
export type CaseResult = readonly string[];

/** What a case has to itself. The app's mock API is reset before it, and the proxy's exchanges are cleared. */
export interface ProgramEnv {
  readonly app: TestApp;
  /** Stands between the program and the app: the program is given its port. */
  readonly proxy: RecordingProxy;
  /** An empty folder, the program's home. */
  readonly home: string;
  /** What `install` has returned. */
  readonly installed: string;
}

export interface Program {
  readonly name: string;
  readonly version: string;
  /** Installs the program into a folder of its own in `cache`, unless it is there. @returns the path with which cases start it. */
  install(cache: string): Promise<string>;
  readonly cases: Readonly<Record<CaseName, (env: ProgramEnv) => Promise<CaseResult>>>;
}

export interface ProgramRun {
  readonly code: number | null;
  /** Stdout and stderr together. */
  readonly output: string;
}

/**
 * Runs a command until it exits.
 * @param until sends it SIGINT, as Ctrl+C does, when it resolves.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string | undefined>; timeoutMs?: number; until?: Promise<unknown> },
): Promise<ProgramRun> {
  const { cwd, env, timeoutMs = 90_000, until } = options;
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(command, args, { cwd, env, stdio: [...stdio], timeout: timeoutMs, killSignal: 'SIGKILL' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  void until?.then(() => child.kill('SIGINT'));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, output: String(error) }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** A fault where the output of the program does not contain the text. */
export function shows({ output }: ProgramRun, text: string): CaseResult {
  return output.includes(text) ? [] : [`it does not show “${text}”:\n${output.slice(-2_000)}`];
}

/** A fault where the requests to the model were not served as expected, such as `new live`. */
export function wasServed({ proxy }: ProgramEnv, ...expected: readonly string[]): CaseResult {
  const served = proxy.exchanges.flatMap(({ headers }) => headers['x-claudacity-path'] ?? []);
  return served.join() === expected.join() ? [] : [`its requests were served: ${served.join(', ')}`];
}

/** A fault where no message of the last request to the model contains the text. */
export function received({ app }: ProgramEnv, text: string): CaseResult {
  const history = JSON.stringify(app.api.requests.at(-1)?.history ?? []);
  return history.includes(text) ? [] : [`the model did not receive “${text}”: ${history.slice(-1_000)}`];
}

/** Faults where the model is not interrupted within ten seconds after the program has been stopped. */
export async function wasInterrupted({ app }: ProgramEnv): Promise<CaseResult> {
  const request = await app.api.waitForRequest(1);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CaseResult>((resolve) => {
    timer = setTimeout(() => resolve(['the model was not interrupted']), 10_000);
  });
  const faults = await Promise.race([request.aborted.then((): CaseResult => []), late]);
  clearTimeout(timer);
  return faults;
}
