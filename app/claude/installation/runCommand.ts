/** Runs one of the CLI's commands outside a conversation, and ends it with all that it has started. */
import spawn from 'cross-spawn';
import { killTree } from '../process/pipe/killTree';

export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

export interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  /** The message of the error where the command exceeds the time. */
  readonly timeoutMessage?: string;
  /** Ends the command when it is aborted. */
  readonly signal: AbortSignal;
  /** Called when the command has been started. */
  onStart?(pid: number): void;
  /** Called with all of stdout so far whenever it has grown. */
  onOutput?(stdout: string): void;
}

const MAX_OUTPUT_CHARS = 256 * 1024;

/**
 * Resolves when the command has ended, whatever its exit code.
 * @throws Error where it cannot be started or exceeds the time; the signal's reason where that is aborted. The command has been killed then.
 */
export function runCommand(command: string, args: string[], options: CommandOptions): Promise<CommandOutput> {
  const { env, timeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      // A process group of its own: a wrapper script's own children would survive it, and hold its pipes open.
      detached: process.platform !== 'win32',
    });
    const { pid } = child;
    const stop = (reason: unknown) => {
      if (pid !== undefined) killTree(pid);
      settle(() => reject(reason));
    };
    const { timeoutMessage = `${args.join(' ')} did not answer within ${timeoutMs / 1000} s` } = options;
    const timer = setTimeout(() => stop(new Error(timeoutMessage)), timeoutMs);
    const onAbort = () => stop(signal.reason);
    const settle = (how: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      how();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (pid !== undefined) options.onStart?.(pid);

    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-MAX_OUTPUT_CHARS);
      options.onOutput?.(stdout);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MAX_OUTPUT_CHARS);
    });
    child.once('error', (error) => settle(() => reject(error)));
    child.once('close', (code, killedBy) => {
      if (killedBy) settle(() => reject(new Error(`${args.join(' ')} was ended by ${killedBy}`)));
      else settle(() => resolve({ stdout, stderr, code }));
    });
  });
}
