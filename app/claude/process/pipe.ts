/** A child process as two streams of lines: the only place that spawns the CLI for a conversation, and that ends it. */
import { once } from 'node:events';
import spawn from 'cross-spawn';
import { killTree } from './killTree';
import { splitLines } from './lines';
import { CliEndedError, type Lines } from './protocol';

export interface PipeExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr; where it could not be started, why. */
  readonly stderr: string;
}

export interface Pipe extends Lines {
  readonly pid: number | undefined;
  /** Resolves, never rejects, when the child is gone. */
  readonly exited: Promise<PipeExit>;
  /** Closes stdin: the CLI ends after what it is doing. */
  end(): void;
  /** Ends the child and all that it started, now. */
  kill(): void;
}

export interface PipeOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

const STDERR_KEPT = 8 * 1024;

export function openPipe(command: string, args: readonly string[], options: PipeOptions): Pipe {
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    // A process group of its own, so that what it starts can be ended with it.
    detached: process.platform !== 'win32',
  });
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('the child has no pipes');

  let complaint = '';
  stderr.setEncoding('utf8');
  stderr.on('data', (text: string) => {
    complaint = (complaint + text).slice(-STDERR_KEPT);
  });
  // A child that is gone is reported by `exited`; a write that finds it gone rejects in `send`.
  stdin.on('error', () => {});

  const exited = new Promise<PipeExit>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, stderr: error.message }));
    child.once('close', (code, signal) => resolve({ code, signal, stderr: complaint }));
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
    end: () => stdin.end(),
    kill: () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killTree(child.pid);
    },
  };
}
