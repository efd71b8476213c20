/** What the commands work with. cli.ts makes it of the real computer, tests of scratch folders. */
import type { Command } from 'commander';
import { type ControlClient, NotRunningError } from '../control/client';
import type { LaunchCommand, Service } from '../service/service';
import type { Terminal } from './terminal';

export interface CommandRuntime {
  readonly version: string;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly terminal: Terminal;
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
  readonly programs: Programs;
  readonly service: Service;
  /** @throws NotRunningError; Error where the socket belongs to another user, or the app does not answer in time. */
  connect(options?: { timeoutMs?: number }): Promise<ControlClient>;
  /** `claudacity serve`. Resolves once it listens, and rejects or exits where it cannot. */
  serve(options: { port: string | undefined; quiet: boolean }): Promise<void>;
  /** The app with its files, in this process and without starting: nothing listens. For where none runs. The caller closes it. */
  openStopped(): Promise<StoppedApp>;
  /** The programs that have a guide. */
  guides(): readonly { readonly id: string; readonly title: string }[];
}

/** What a command can ask of an app that does not run. */
export interface StoppedApp extends Pick<ControlClient, 'call' | 'read'> {
  /** Resolves once everything is stored. */
  close(): Promise<void>;
}

/** How this installation's programs are started. */
export interface Programs {
  /** `claudacity serve`. */
  readonly serve: LaunchCommand;
  /** The tray app; undefined where there is none. */
  readonly desktopApp: LaunchCommand | undefined;
}

/** The exit codes of the command, as its help and its manual page name them. */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  wrongArguments: 2,
  /** As of `systemctl status`. */
  notRunning: 3,
  cannotAnswer: 4,
  /** As of a program that SIGINT has ended. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export const EXIT_CODE_TEXTS: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  done: 'done',
  failed: 'it failed; the message on standard error says why',
  wrongArguments: 'wrong arguments',
  notRunning: 'the app is not running',
  cannotAnswer: 'status, doctor: the app cannot answer requests',
  interrupted: 'Ctrl+C',
};

/** How the command is to end; commands change it. */
export interface Outcome {
  /** undefined where the process goes on. */
  exitCode: ExitCode | undefined;
  /** After Ctrl+C, which is the usual end of what follows a log. */
  interrupted: ExitCode;
}

/** Adds a command to the program, or a group of commands. */
export type AddCommand = (program: Command, runtime: CommandRuntime, outcome: Outcome) => void;

/** The text of the option that every command with output has. */
export const JSON_OPTION = ['--json', 'print JSON for programs'] as const;

/** Connects to the app for some work, and closes the connection after it. @throws what `CommandRuntime.connect` and the work throw. */
export async function withApp<T>(
  runtime: CommandRuntime,
  work: (app: ControlClient) => Promise<T>,
  options?: { timeoutMs?: number },
): Promise<T> {
  const app = await runtime.connect(options);
  try {
    return await work(app);
  } finally {
    app.close();
  }
}

/** As `withApp`; where the app does not run, the work is done on its files. */
export async function withAppOrFiles<T>(
  runtime: CommandRuntime,
  work: (app: Pick<ControlClient, 'call' | 'read'>) => Promise<T>,
): Promise<T> {
  const running = await runtime.connect().catch((error: unknown) => {
    if (error instanceof NotRunningError) return undefined;
    throw error;
  });
  const app = running ?? (await runtime.openStopped());
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** Ends the command with a message for the user. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT_CODES.failed,
  ) {
    super(message);
  }
}
