/**
 * Drives the CLI through a pipe without any of the app's code: the baseline with which the benchmark compares the app. It
 * deliberately has no validation, queue or back-pressure.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Question } from './question';

/** How to start the CLI. */
export interface Command {
  readonly path: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * A CLI process for one conversation. `firstTurn` and `nextTurn` resolve after the whole answer. @throws if the process ends
 * without one
 */
export interface BareProcess {
  /** Sets the system prompt and the model, then sends the question. Resolves with the ms until the first text. */
  firstTurn(question: Question): Promise<number>;
  /** Sends only the question's last text, since the process has the others. Resolves with the ms until the first text. */
  nextTurn(question: Question): Promise<number>;
  /** Closes the process's stdin and resolves when it has exited. */
  end(): Promise<void>;
}

/** Starts a process that waits for its first question. */
export function startBareProcess(command: Command): BareProcess {
  const child = start(command, 'pipe');
  const exited = waitForExit(child);
  let requestCount = 0;
  /** Lines that no call has waited for yet: on a busy machine several arrive at once. */
  const unread: Line[] = [];
  let onLine = () => {};
  readLines(child, (line) => {
    unread.push(line);
    onLine();
  });

  const send = (message: object) => child.stdin?.write(`${JSON.stringify(message)}\n`);
  const waitForLine = async (matches: (line: Line) => boolean): Promise<void> => {
    const arrived = new Promise<void>((resolve) => {
      onLine = () => {
        for (let line = unread.shift(); line; line = unread.shift()) {
          if (!matches(line)) continue;
          onLine = () => {};
          return resolve();
        }
      };
      onLine();
    });
    await Promise.race([arrived, exited.then(failWith)]);
  };
  const sendControlRequest = async (request: object) => {
    requestCount += 1;
    const id = `bare-${requestCount}`;
    send({ type: 'control_request', request_id: id, request });
    await waitForLine((line) => 'response' in line && line.response.request_id === id);
  };
  /** @returns the time of the first text */
  const ask = async ({ texts }: Question): Promise<number> => {
    send({ type: 'user', message: { role: 'user', content: texts.at(-1) }, client_composed: true });
    await waitForLine(isText);
    return performance.now();
  };
  const waitForAnswerEnd = () => waitForLine(({ type }) => type === 'result');

  return {
    firstTurn: async (question) => {
      const startedAt = performance.now();
      await sendControlRequest({ subtype: 'initialize', systemPrompt: [question.system] });
      await sendControlRequest({ subtype: 'set_model', model: question.model });
      const firstTokenMs = (await ask(question)) - startedAt;
      await waitForAnswerEnd();
      return firstTokenMs;
    },
    nextTurn: async (question) => {
      const startedAt = performance.now();
      const firstTokenMs = (await ask(question)) - startedAt;
      await waitForAnswerEnd();
      return firstTokenMs;
    },
    end: async () => {
      child.stdin?.end();
      await exited;
    },
  };
}

/**
 * Starts a process for this question alone, passed on its command line. Resolves, when the process has exited, with the ms
 * from its start to the first text. @throws if there was none
 */
export async function askSpawned(command: Command, { model, system, texts }: Question): Promise<number> {
  const args = [...command.args, '--model', model, '--system-prompt', system, texts.at(-1) ?? ''];
  const startedAt = performance.now();
  const child = start({ ...command, args }, 'ignore');
  let firstTokenMs: number | undefined;
  readLines(child, (line) => {
    if (isText(line)) firstTokenMs ??= performance.now() - startedAt;
  });
  const stderr = await waitForExit(child);
  return firstTokenMs ?? failWith(stderr);
}

const Line = z.union([
  z.object({
    type: z.literal('stream_event'),
    event: z.object({ delta: z.object({ type: z.string().nullish() }).nullish() }),
  }),
  z.object({ type: z.literal('control_response'), response: z.object({ request_id: z.string() }) }),
  z.object({ type: z.string() }),
]);
type Line = z.infer<typeof Line>;

function isText(line: Line): boolean {
  return 'event' in line && line.event.delta?.type === 'text_delta';
}

function start({ path, args, cwd, env }: Command, stdin: 'pipe' | 'ignore'): ChildProcess {
  return spawn(path, args, { cwd, env, stdio: [stdin, 'pipe', 'pipe'], windowsHide: true });
}

function readLines(child: ChildProcess, onLine: (line: Line) => void): void {
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => onLine(Line.parse(JSON.parse(line))));
}

/** Resolves when the child has exited, with what it wrote to stderr or why it could not be started. */
function waitForExit(child: ChildProcess): Promise<string> {
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => resolve(stderr));
  });
}

function failWith(stderr: string): never {
  throw new Error(`claude ended without an answer: ${stderr}`);
}
