/** The bundled `claudacity` command, run as a user would run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { z } from 'zod';

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandRunner {
  /** Resolves once the command has ended. It is killed after 60 s. */
  run(...args: string[]): Promise<CommandResult>;
  /** The same with `--json`; the output is checked against the schema. @throws if it does not have it, or the command failed */
  json<T>(schema: z.ZodType<T>, ...args: string[]): Promise<T>;
  /** Starts a command that goes on. The caller ends it. */
  start(...args: string[]): RunningCommand;
}

export interface RunningCommand {
  readonly process: ChildProcess;
  /** So far. */
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<CommandResult>;
}

/** The variable with the path of a package's command, for the package tests. */
export const COMMAND_VARIABLE = 'CLAUDACITY_TEST_COMMAND';

function packagedCommand(): readonly string[] | undefined {
  const file = process.env[COMMAND_VARIABLE];
  return file === undefined ? undefined : [file];
}

/**
 * @param bundle the folder of cli.cjs.
 * @param env the whole environment, with CLAUDACITY_HOME.
 * @param program what runs the command, with its arguments. Default: a package's command where one is named, else Node with cli.cjs.
 */
export function commandRunner(
  bundle: string,
  env: Readonly<Record<string, string>>,
  program: readonly string[] = packagedCommand() ?? [process.execPath, path.join(bundle, 'cli.cjs')],
): CommandRunner {
  const start = (...args: string[]): RunningCommand => {
    const [file = '', ...first] = program;
    const child = spawn(file, [...first, ...args], {
      env,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    const ended = once(child, 'close').then(([code]) => ({ code, ...output }));
    return { process: child, output, ended };
  };
  return {
    start,
    run: (...args) => start(...args).ended,
    json: async (schema, ...args) => {
      const { code, stdout, stderr } = await start(...args, '--json').ended;
      if (code !== 0) throw new Error(`${args.join(' ')} exited with ${code}: ${stderr}`);
      return schema.parse(JSON.parse(stdout));
    },
  };
}
