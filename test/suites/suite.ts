/** A suite of other people's, or of their packages, that runs against this app. */
import path from 'node:path';
import { captureOutput, ROOT } from '../../build/setup/command.mjs';
import type { TestApp } from '../support/testApp';

export interface Suite {
  readonly name: string;
  /** Installs what it needs into the folder, unless it is there. @returns what `run` is given. @throws Error if that fails */
  install(cache: string): Promise<string>;
  /** @param installed what `install` has returned. @throws Error if the suite does not come to its end */
  run(app: TestApp, installed: string): Promise<SuiteResult>;
}

export interface SuiteResult {
  readonly passed: number;
  /** What failed: names with reasons. */
  readonly failures: readonly string[];
  /** What does not apply: names with reasons. */
  readonly skipped: readonly string[];
}

const TIMEOUT_MS = 15 * 60_000;

/** A file of this folder. */
export function suiteFile(...names: string[]): string {
  return path.join(ROOT, 'test', 'suites', ...names);
}

/** Runs a command of a suite with a scratch home, without anything of the user's environment. @returns its output and exit code */
export function runSuiteCommand(
  app: TestApp,
  command: string,
  args: readonly string[],
  { cwd, env }: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<{ code: number; output: string }> {
  const { PATH = '' } = process.env;
  const options = { env: { PATH, HOME: app.home, ...env }, timeoutMs: TIMEOUT_MS };
  return captureOutput(command, [...args], cwd === undefined ? options : { ...options, cwd });
}
