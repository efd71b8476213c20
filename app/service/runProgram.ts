/** Runs a program of the system, such as systemctl, and reads what it says. */
import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** The exit code; null where a signal ended it or it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** There is no such program. */
  readonly isMissing: boolean;
}

export interface RunProgramOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Written to stdin, which is closed otherwise. */
  readonly input?: string;
  /** Default 10 s; the program is killed then. */
  readonly timeoutMs?: number;
  /** Of what is read and written. Default `utf8`; `latin1` keeps bytes that are not UTF-8. */
  readonly encoding?: 'utf8' | 'latin1';
  /** The most characters of the output, whose beginning is dropped. Default 64 K. */
  readonly maxOutputChars?: number;
}

const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_CHARS = 64 * 1024;

/** Resolves with what became of it, also where it could not be started; never rejects. */
export function runProgram(
  program: string,
  args: readonly string[],
  { env, input, timeoutMs = TIMEOUT_MS, encoding = 'utf8', maxOutputChars = MAX_OUTPUT_CHARS }: RunProgramOptions,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    // Its messages are shown; what is read of them is not translated.
    const child = spawn(program, args, { env: { ...env, LC_ALL: 'C.UTF-8' }, stdio: 'pipe', windowsHide: true });
    let stdout = '';
    let stderr = '';
    const end = (code: number | null, isMissing = false) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr, isMissing });
    };
    const timer = setTimeout(() => {
      stderr += `\n${program} did not end within ${timeoutMs / 1000} s.`;
      child.kill('SIGKILL');
      // Its children may hold the pipes open.
      end(null);
    }, timeoutMs);
    child.stdout.setEncoding(encoding).on('data', (text: string) => {
      stdout = (stdout + text).slice(-maxOutputChars);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MAX_OUTPUT_CHARS);
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      stderr = error.message;
      end(null, error.code === 'ENOENT');
    });
    child.once('close', (code) => end(code));
    // A program that does not read its input ends all the same.
    child.stdin.on('error', () => {});
    child.stdin.end(input, encoding);
  });
}
