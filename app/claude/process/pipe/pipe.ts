/** Runs the CLI as a child process whose stdin and stdout are streams of lines. */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import spawn from 'cross-spawn';
import { createPause } from '../../../shared/largeTexts/slices';
import { within } from '../deadlines/within';
import { CliEndedError, type LineTransport } from '../protocol';
import { killTree } from './killTree';
import { splitLines } from './lines';

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

/** How long the pipes of a child that has ended are read: a process that the child has started may hold them open for ever. */
const LEFTOVER_OUTPUT_MS = 2_000;

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
  child.once('exit', () => {
    const timer = setTimeout(() => {
      stdout.destroy();
      stderr.destroy();
    }, LEFTOVER_OUTPUT_MS);
    void exited.then(() => clearTimeout(timer));
  });

  /** Settles when the line that is being written in pieces, and those that wait behind it, have been written. */
  let lastLine: Promise<void> | undefined;

  /** Returns whether more can be written at once. */
  const write = (text: string): boolean => {
    if (stdin.destroyed || !stdin.writable) throw new CliEndedError();
    return stdin.write(text);
  };

  /** Goes on to the end of the line, also where nobody waits for it any more: another line could not follow a part of one. */
  const writePieces = async (line: string | Iterable<string>) => {
    const pause = createPause();
    for (const piece of typeof line === 'string' ? [line] : line) {
      if (!write(piece)) await drained(stdin, exited);
      const waits = pause();
      if (waits !== undefined) await waits;
    }
    write('\n');
  };

  return {
    pid: child.pid,
    exited,
    lines: splitLines(untilDestroyed(stdout)),
    send: async (line, wait) => {
      wait.signal?.throwIfAborted();
      if (lastLine === undefined && typeof line === 'string') {
        if (write(`${line}\n`)) return;
        return within(drained(stdin, exited), 'read', wait);
      }
      const written = (lastLine ?? Promise.resolve()).then(() => writePieces(line));
      const settled = written.catch(() => {});
      lastLine = settled;
      void settled.then(() => {
        if (lastLine === settled) lastLine = undefined;
      });
      await within(written, 'read', wait);
    },
    closeStdin: () => {
      if (lastLine === undefined) stdin.end();
      else void lastLine.then(() => stdin.end());
    },
    kill: () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killTree(child.pid);
    },
  };
}

/** Resolves when the stream can take more, or when the child has ended. @throws CliEndedError where the pipe is broken. */
async function drained(stdin: Writable, exited: Promise<unknown>): Promise<void> {
  const listening = new AbortController();
  try {
    await Promise.race([once(stdin, 'drain', { signal: listening.signal }), exited]);
  } catch {
    throw new CliEndedError();
  } finally {
    listening.abort();
  }
}

/** The stream's chunks. A stream that was destroyed ends, in place of an error. */
async function* untilDestroyed(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    if (!stream.destroyed || stream.errored) throw error;
  }
}
