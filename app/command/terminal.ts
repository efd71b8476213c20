/** What a command prints, and what it asks: text on stdout, notes and progress on stderr, colours and questions only on a terminal. */
import { createInterface } from 'node:readline';

export interface Terminal {
  /** A line to stdout. */
  print(line: string): void;
  /** Text to stdout without a line break. */
  write(text: string): void;
  /** A line to stderr: what a program that reads the output must not receive. */
  note(line: string): void;
  readonly paint: Paint;
  /** Asks a question that is answered with yes or no. False where nobody can answer, or Ctrl+C is pressed. */
  confirm(question: string): Promise<boolean>;
  /** Shows the text on a terminal while the work takes longer than two seconds. Resolves and rejects as the work does. */
  progress<T>(text: string, work: Promise<T>): Promise<T>;
}

/** Colours of stdout. Each returns the text as it is where there are none. */
export type Paint = Readonly<Record<'good' | 'warn' | 'bad' | 'dim' | 'bold', (text: string) => string>>;

export interface TerminalStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const PROGRESS_AFTER_MS = 2_000;
const FRAME_MS = 1_000;

/**
 * @param env NO_COLOR (no-color.org) and TERM=dumb switch colours off.
 * @param onInterrupt called where Ctrl+C answers a question.
 */
export function processTerminal(
  { stdin, stdout, stderr }: TerminalStreams,
  env: NodeJS.ProcessEnv,
  onInterrupt: () => void = () => {},
): Terminal {
  return {
    print: (line) => void stdout.write(`${line}\n`),
    write: (text) => void stdout.write(text),
    note: (line) => void stderr.write(`${line}\n`),
    paint: paintFor(stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'),
    confirm: async (question) => {
      if (!stdin.isTTY || !stderr.isTTY) return false;
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        const answer = await new Promise<string>((resolve) => {
          lines.once('close', () => resolve(''));
          // The line editor takes Ctrl+C for itself.
          lines.once('SIGINT', () => {
            lines.close();
            onInterrupt();
          });
          lines.question(`${question} [y/N] `, resolve);
        });
        return /^y(es)?$/i.test(answer.trim());
      } finally {
        lines.close();
      }
    },
    progress: async (text, work) => {
      if (!stderr.isTTY) return work;
      const begunAt = Date.now();
      const draw = () => {
        const time = ` ${Math.round((Date.now() - begunAt) / 1000)} s`;
        // A line that is wrapped could not be drawn over.
        stderr.write(`\r\x1b[K${text.slice(0, Math.max(0, (stderr.columns || 80) - time.length - 1))}${time}`);
      };
      let frames: NodeJS.Timeout | undefined;
      const first = setTimeout(() => {
        draw();
        frames = setInterval(draw, FRAME_MS);
      }, PROGRESS_AFTER_MS);
      try {
        return await work;
      } finally {
        clearTimeout(first);
        clearInterval(frames);
        if (frames) stderr.write('\r\x1b[K');
      }
    },
  };
}

export function paintFor(hasColours: boolean): Paint {
  const colour = (code: number) => (text: string) => (hasColours ? `\x1b[${code}m${text}\x1b[0m` : text);
  return { good: colour(32), warn: colour(33), bad: colour(31), dim: colour(2), bold: colour(1) };
}
