/** Runs the CLI as a child process whose stdin and stdout are streams of lines. */
import { once } from 'node:events';
import spawn from 'cross-spawn';
import { killTree } from './killTree';
import { splitLines } from './lines';
import { CliEndedError, type LineTransport } from './protocol';

export interface PipeExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last 8 KiB that the child wrote to stderr, or the error where it could not be started. */
  readonly stderr: string;
}

export interface Pipe extends LineTransport {
  /** undefined where the child could not be started. */
  readonly pid: number | undefined;
  /** Resolves, never rejects, when the child has ended or could not be started. */
  readonly exited: Promise<PipeExit>;
  /** The CLI exits when its stdin is closed and its current turn is finished. */
  closeStdin(): void;
  /** Ends the child, and every process that it has started, at once. */
  kill(): void;
}

export interface PipeOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

const MAX_STDERR_CHARS = 8 * 1024;

export function openPipe(command: string, args: readonly string[], options: PipeOptions): Pipe {
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    // Gives the child a process group of its own, so that `killTree` can end the processes that it starts.
    detached: process.platform !== 'win32',
  });
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('the child has no pipes');

  let stderrTail = '';
  stderr.setEncoding('utf8');
  stderr.on('data', (text: string) => {
    stderrTail = (stderrTail + text).slice(-MAX_STDERR_CHARS);
  });
  // Without a listener Node would throw the error. `exited` reports a dead child, and `send` rejects.
  stdin.on('error', () => {});

  const exited = new Promise<PipeExit>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, stderr: error.message }));
    child.once('close', (code, signal) => resolve({ code, signal, stderr: stderrTail }));
  });

  return {
    pid: child.pid,
    exited,
    lines: splitLines(stdout),
    send: async (line) => {
      if (stdin.destroyed || !stdin.writable) throw new CliEndedError();
      if (stdin.write(`${line}\n`)) return;
      await Promise.race([once(stdin, 'drain'), exited]).catch(() => {
        throw new CliEndedError();
      });
    },
    closeStdin: () => stdin.end(),
    kill: () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killTree(child.pid);
    },
  };
}
