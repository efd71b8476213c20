/**
 * Runs `claude auth login`, which opens the browser and waits until the user has signed in there. The user may never do so: the command can
 * be cancelled, ends after a time, and ends with the app. It prints the address of the page, for a computer on which no browser opens.
 */
import { runCommand } from './runCommand';

/** A sign-in that is under way. */
export interface SignInState {
  /** The page in which the user signs in; undefined until the CLI has printed it. */
  readonly url: string | undefined;
  /** In ms since the epoch. */
  readonly startedAt: number;
}

export interface SignInOptions {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called when the command has been started. */
  onStart(pid: number): void;
  /** Called once, with the address of the page. */
  onUrl(url: string): void;
}

/**
 * Resolves when the command has succeeded.
 * @throws Error where it fails or exceeds the time; the signal's reason where that is aborted. The command has ended then.
 */
export async function runSignIn({ command, onUrl, onStart, ...options }: SignInOptions): Promise<void> {
  let url: string | undefined;
  const { code, stderr, stdout } = await runCommand(command, ['auth', 'login'], {
    ...options,
    timeoutMessage: `The sign-in was not completed within ${minutes(options.timeoutMs)}.`,
    onStart,
    onOutput: (output) => {
      if (url !== undefined) return;
      url = findUrl(output);
      if (url !== undefined) onUrl(url);
    },
  });
  if (code !== 0) throw new Error(lastLine(stderr) || lastLine(stdout) || `claude auth login ended with code ${code}`);
}

/** The first complete web address in the output: one that something follows, since the rest of a longer one may not have arrived. */
export function findUrl(output: string): string | undefined {
  return /https:\/\/[^\s\p{Cc}]+(?=[\s\p{Cc}])/u.exec(output)?.[0];
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() ?? '';
}

function minutes(ms: number): string {
  return ms < 60_000 ? `${ms / 1000} s` : `${Math.round(ms / 60_000)} minutes`;
}
