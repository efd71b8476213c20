/** A program that people point at the app, as a test: how it is installed, and what its user does with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gate, hang, httpError, text } from '../support/messagesApi';
import type { RecordingProxy } from '../support/recordingProxy';
import type { TestApp } from '../support/testApp';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const CASE_NAMES = ['chat', 'stream', 'followUp', 'tools', 'image', 'stop', 'error'] as const;
export type CaseName = (typeof CASE_NAMES)[number];

/** What a case has found wrong, a sentence each; empty where it passes. */
export type CaseResult = readonly string[];

/** Stands for a case that the program cannot do, with the reason in a few words, which the table shows. */
export interface Unsupported {
  readonly unsupported: string;
}

export type ProgramCase = ((env: ProgramEnv) => Promise<CaseResult>) | Unsupported;

/** What a case has to itself: an app, a proxy and a home that no other case has used. */
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
  /** Installs the program into a folder of its own in `cache`, unless it is there, with `install.ts`. @returns the path with which cases start it, or why this system cannot install it */
  install(cache: string): Promise<string | Unsupported>;
  /** Starts what all cases share, where a start takes long. @returns the function that stops it */
  start?(installed: string): Promise<() => Promise<void>>;
  readonly cases: Readonly<Record<CaseName, ProgramCase>>;
}

export interface ProgramRun {
  readonly code: number | null;
  /** Stdout and stderr together. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Then it is killed. Default 90 s. */
  readonly timeoutMs?: number;
  /** Ctrl+C is pressed when it resolves. */
  readonly until?: Promise<unknown> | undefined;
  /** Is typed into its standard input, which ends then. Without it, standard input is empty. */
  readonly input?: string;
}

/** Runs a command in a process group of its own until it exits. What it leaves running in the group is killed. */
export async function runCommand(command: string, args: readonly string[], options: RunOptions): Promise<ProgramRun> {
  const { cwd, env, timeoutMs = 90_000, until, input = '' } = options;
  const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.stdin.on('error', () => {}).end(input);
  const timer = setTimeout(() => {
    output += `\n(killed after ${timeoutMs} ms)`;
    signalGroup(child, 'SIGKILL');
  }, timeoutMs);
  void until?.then(() => signalGroup(child, 'SIGINT'));
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) => resolve({ code: 127, output: String(error) }));
      child.once('exit', () => signalGroup(child, 'SIGKILL'));
      child.once('close', (code) => resolve({ code, output }));
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Kills or interrupts the child and what it has started. A terminal, too, sends the signal of Ctrl+C to all processes of the group. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended.
  }
}

/** The variables that every program gets: the system's path and the scratch home. */
export function homeVariables({ home }: ProgramEnv): Record<string, string | undefined> {
  return { PATH: process.env.PATH, HOME: home, USERPROFILE: home, LANG: 'C.UTF-8', TERM: 'dumb', NO_COLOR: '1' };
}

/** Makes the folder in which the program works, in its home. */
export async function workFolder({ home }: ProgramEnv): Promise<string> {
  const folder = path.join(home, 'work');
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Writes an image of one pixel. @returns its path */
export async function writePicture(env: ProgramEnv): Promise<string> {
  const file = path.join(await workFolder(env), 'picture.png');
  await writeFile(file, Buffer.from(PNG, 'base64'));
  return file;
}

/** Lets the model begin an answer that does not end, and stops the program then. @param run resolves when the program has ended */
export async function stopInAnswer(
  env: ProgramEnv,
  run: (until: Promise<unknown>) => Promise<unknown>,
): Promise<CaseResult> {
  const begun = gate();
  env.app.api.answer(text('Once'), begun, hang());
  const ended = run(begun.reached);
  void begun.reached.then(() => begun.open());
  await ended;
  return wasInterrupted(env);
}

/** Lets the API refuse every question. The words are `REFUSED`. */
export function refuseAll({ app }: ProgramEnv): void {
  app.api.setDefaultAnswer(httpError(400, 'invalid_request_error', REFUSED));
}

export const REFUSED = 'this question is refused';

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

/** A fault where the program has not asked for a stream. */
export function wasStreamed({ proxy }: ProgramEnv): CaseResult {
  const asked = proxy.exchanges.find(({ headers }) => headers['x-claudacity-path'] !== undefined);
  const type = asked?.headers['content-type'] ?? 'nothing';
  return /event-stream|ndjson/.test(type) ? [] : [`its answer was no stream but ${type}`];
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
