/**
 * The CLI with nothing around it but a pipe: what it needs itself, against which this app is held. Deliberately none of
 * the app's own driver, and with no check, queue or back-pressure of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Question } from './question';

export interface Command {
  readonly path: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface BareProcess {
  /** Tells it its system prompt and model, and asks. Ms until the first words. */
  first(question: Question): Promise<number>;
  /** Asks the last of the question's words alone: the process knows the others. Ms until the first words. */
  next(question: Question): Promise<number>;
  /** Resolves when it is gone. */
  end(): Promise<void>;
}

/** A process that waits to be asked. */
export function startBareProcess(command: Command): BareProcess {
  const child = start(command, 'pipe');
  const exited = ended(child);
  let asked = 0;
  /** What nobody has waited for yet: a busy machine hands over several lines at once. */
  const unseen: Line[] = [];
  let look = () => {};
  read(child, (line) => {
    unseen.push(line);
    look();
  });

  const send = (message: object) => child.stdin?.write(`${JSON.stringify(message)}\n`);
  const seen = async (wanted: (line: Line) => boolean): Promise<void> => {
    const arrived = new Promise<void>((resolve) => {
      look = () => {
        for (let line = unseen.shift(); line; line = unseen.shift()) {
          if (!wanted(line)) continue;
          look = () => {};
          return resolve();
        }
      };
      look();
    });
    await Promise.race([arrived, exited.then(failWith)]);
  };
  const control = async (request: object) => {
    asked += 1;
    const id = `bare-${asked}`;
    send({ type: 'control_request', request_id: id, request });
    await seen((line) => 'response' in line && line.response.request_id === id);
  };
  const ask = async ({ words }: Question): Promise<number> => {
    send({ type: 'user', message: { role: 'user', content: words.at(-1) }, client_composed: true });
    await seen(isText);
    return performance.now();
  };
  const wholeAnswer = () => seen(({ type }) => type === 'result');

  return {
    first: async (question) => {
      const begin = performance.now();
      await control({ subtype: 'initialize', systemPrompt: [question.system] });
      await control({ subtype: 'set_model', model: question.model });
      const firstTokenMs = (await ask(question)) - begin;
      await wholeAnswer();
      return firstTokenMs;
    },
    next: async (question) => {
      const begin = performance.now();
      const firstTokenMs = (await ask(question)) - begin;
      await wholeAnswer();
      return firstTokenMs;
    },
    end: async () => {
      child.stdin?.end();
      await exited;
    },
  };
}

/** A process for this question alone, which is on its command line. Ms from the start of the process to the first words. */
export async function askSpawned(command: Command, { model, system, words }: Question): Promise<number> {
  const args = [...command.args, '--model', model, '--system-prompt', system, words.at(-1) ?? ''];
  const begin = performance.now();
  const child = start({ ...command, args }, 'ignore');
  let firstTokenMs: number | undefined;
  read(child, (line) => {
    if (isText(line)) firstTokenMs ??= performance.now() - begin;
  });
  const complaint = await ended(child);
  return firstTokenMs ?? failWith(complaint);
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

function read(child: ChildProcess, take: (line: Line) => void): void {
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => take(Line.parse(JSON.parse(line))));
}

/** Resolves, when the child is gone, with what it wrote to stderr. */
function ended(child: ChildProcess): Promise<string> {
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => resolve(stderr));
  });
}

function failWith(complaint: string): never {
  throw new Error(`claude ended without an answer: ${complaint}`);
}
