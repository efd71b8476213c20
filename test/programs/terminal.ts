/** Runs a program in a terminal, in which a user reads and types. */
import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { type ProgramRun, type RunOptions, signalGroup } from './program';

/** Python has pseudo terminals without a native module; its standard input and output are the user's side. */
const PTY = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
const SIZED = 'stty cols 160 rows 50; exec "$@"';

export const CTRL_C = '\x03';
export const ENTER = '\r';

export interface Terminal {
  /** Resolves when the text is shown, behind what earlier calls have waited for. @throws Error if the program ends before */
  waitFor(text: string): Promise<void>;
  /** Presses the keys. */
  type(keys: string): void;
}

export type TerminalOptions = Pick<RunOptions, 'cwd' | 'env' | 'timeoutMs'>;

/**
 * @param use what the user does; the program has to end after it, by itself or because of it
 * @throws Error what `use` throws
 */
export async function runInTerminal(
  command: string,
  args: readonly string[],
  { cwd, env, timeoutMs = 90_000 }: TerminalOptions,
  use: (terminal: Terminal) => Promise<void>,
): Promise<ProgramRun> {
  const pty = ['-c', PTY, 'sh', '-c', SIZED, 'sh', command, ...args];
  const child = spawn('python3', pty, { cwd, env: { ...env, TERM: 'xterm' }, stdio: 'pipe', detached: true });
  let raw = '';
  // Programs draw their spinner in the middle of a word.
  const shown = () => stripVTControlCharacters(raw).replaceAll(/[\u2800-\u28ff]/g, '');
  let readTo = 0;
  let hasEnded = false;
  let changed = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      raw += text;
      changed();
    });
  }
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => {
    hasEnded = true;
    changed();
  });
  const timer = setTimeout(() => {
    raw += `\n(killed after ${timeoutMs} ms)`;
    signalGroup(child, 'SIGKILL');
  }, timeoutMs);
  const terminal: Terminal = {
    waitFor: async (text) => {
      for (;;) {
        const output = shown();
        const at = output.indexOf(text, readTo);
        if (at >= 0) {
          readTo = at + text.length;
          return;
        }
        if (hasEnded) throw new Error(`it has ended before it showed “${text}”:\n${output.slice(-2_000)}`);
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      }
    },
    type: (keys) => child.stdin.write(keys),
  };
  try {
    await use(terminal);
    return { code: await ended, output: shown() };
  } finally {
    clearTimeout(timer);
    signalGroup(child, 'SIGKILL');
    await ended.catch(() => {});
  }
}
