/** Sends the attempts to a server that runs, some at a time, and gathers what is wrong with its answers and with itself. */
import { Agent } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';
import { streamError, text } from '../support/messagesApi';
import { send } from '../support/send';
import type { TestApp } from '../support/testApp';
import { answerFaults, BROKEN } from './answerFaults';
import { type Attempt, attempts } from './attempt';
import { type Answer, sendHttp, sendRaw } from './send';
import { servedRoutes } from './servedRoutes';

export interface FuzzOptions {
  readonly bodies: number;
  readonly seed: number;
  /** Sends this one alone. */
  readonly only?: number | undefined;
  onProgress?(progress: Progress): void;
}

export interface Progress {
  readonly sent: number;
  readonly failed: number;
  /** Answers by their status; 0 where the connection was closed without one. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Number of requests that the mocked Messages API has received. */
  readonly asked: number;
}

export interface FuzzResult extends Progress {
  /** What failed, each in some lines, with the number by which it can be repeated. */
  readonly findings: readonly string[];
  /** What is wrong with the app and not with one answer. */
  readonly appFaults: readonly string[];
}

const AT_ONCE = 8;
const LONGEST_ANSWER_MS = 60_000;
const MOST_FINDINGS = 20;
const PROGRESS_MS = 5_000;

/** Bytes in use that may be added between the first quarter and the end. */
const MOST_GROWTH = 64 * 1024 * 1024;

export async function fuzz(app: TestApp, { bodies, seed, only, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const attemptAt = attempts(servedRoutes(), seed);
  const findings: string[] = [];
  const statuses = new Map<number, number>();
  const heaps: number[] = [];
  const watch = watchProcess();
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  let next = 0;
  let sent = 0;
  let failed = 0;
  let asked = 0;
  script(app);

  const progress = () => ({ sent, failed, statuses, asked: asked + app.api.requests.length });
  const timer = setInterval(() => onProgress?.(progress()), PROGRESS_MS);

  // The mock's recordings must not count as the app's memory.
  const forget = () => {
    asked += app.api.requests.length;
    script(app);
  };

  const one = async (index: number) => {
    const attempt = attemptAt(index);
    const { status, faults } = await tried(app.port, attempt, agent);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    sent += 1;
    if (faults.length > 0) {
      failed += 1;
      if (findings.length < MOST_FINDINGS) findings.push(described(index, attempt, faults));
    }
    if (sent % 500 === 0) forget();
    if (sent === Math.ceil(bodies / 4)) heaps.push(heapUsed());
  };
  const client = async () => {
    while (next < bodies) {
      const index = next;
      next += 1;
      await one(index);
    }
  };
  try {
    if (only !== undefined) await one(only);
    else await Promise.all(Array.from({ length: AT_ONCE }, client));
  } finally {
    clearInterval(timer);
    agent.destroy();
    watch.end();
  }
  forget();
  heaps.push(heapUsed());
  const appFaults = [...watch.faults, ...logged(app), ...polluted(), ...(await unanswered(app)), ...grown(heaps)];
  return { sent, failed, statuses, asked, findings, appFaults };
}

/** Answers at once; one answer in so many breaks off, to be told in the stream where there is one. */
function script({ api }: TestApp): void {
  let questions = 0;
  api.reset();
  api.setDefaultAnswer(text('OK.'));
  api.chooseAnswer(() => {
    questions += 1;
    return questions % BREAKS_EVERY === 0 ? [text('O'), streamError('api_error', BROKEN)] : undefined;
  });
}

const BREAKS_EVERY = 6;

async function tried(port: number, attempt: Attempt, agent: Agent): Promise<{ status: number; faults: string[] }> {
  try {
    const answer = await answered(port, attempt, agent);
    const raw = answer.status >= 500 ? [`it is ${answer.status}`] : [];
    return { status: answer.status, faults: attempt.kind === 'raw' ? raw : answerFaults(attempt, answer) };
  } catch (error) {
    return { status: 0, faults: [`there was no answer: ${error}`] };
  }
}

function answered(port: number, attempt: Attempt, agent: Agent): Promise<Answer> {
  return attempt.kind === 'raw'
    ? sendRaw(port, attempt, LONGEST_ANSWER_MS)
    : sendHttp(port, attempt, agent, LONGEST_ANSWER_MS);
}

function described(index: number, attempt: Attempt, faults: readonly string[]): string {
  const asked =
    attempt.kind === 'raw'
      ? JSON.stringify(attempt.bytes.toString('latin1').slice(0, 200))
      : `${attempt.method} ${attempt.target.slice(0, 200)} ${JSON.stringify(attempt.headers).slice(0, 300)}
    ${JSON.stringify(Buffer.concat(attempt.body).toString('latin1').slice(0, 1_500))}`;
  return `#${index}: ${faults.join('; ')}\n    ${asked}`;
}

function watchProcess(): { readonly faults: readonly string[]; end(): void } {
  const faults: string[] = [];
  const uncaught = (error: unknown) => {
    faults.push(`nobody caught ${error instanceof Error ? error.stack : String(error)}`);
  };
  process.on('uncaughtException', uncaught).on('unhandledRejection', uncaught);
  return { faults, end: () => process.off('uncaughtException', uncaught).off('unhandledRejection', uncaught) };
}

function logged({ log }: TestApp): string[] {
  const errors = log.entries.filter(({ level }) => level === 'error');
  return [
    ...new Set(
      errors.map(({ message, fields }) => `the log has: ${message} ${fields.stack ?? JSON.stringify(fields)}`),
    ),
  ];
}

/** What every object has now has been put there by a body. */
function polluted(): string[] {
  const names = [...Object.keys(Object.prototype), ...Object.keys(Array.prototype)];
  return names.map((name) => `every object has a member "${name}" now`);
}

const tags = z.object({ models: z.array(z.unknown()).min(1) });
const chat = z.object({ message: z.object({ content: z.literal('Still here.') }) });

/** It lists its models and answers a question. */
async function unanswered(app: TestApp): Promise<string[]> {
  app.api.reset();
  app.api.setDefaultAnswer(text('Still here.'));
  const body = JSON.stringify({
    model: 'sonnet',
    stream: false,
    messages: [{ role: 'user', content: 'Are you there?' }],
  });
  const answers = await Promise.all([send(`${app.url}/api/tags`), send(`${app.url}/api/chat`, { body })]);
  const [list, answer] = answers.map(({ text }) => JSON.parse(text));
  return tags.safeParse(list).success && chat.safeParse(answer).success ? [] : ['it does not answer any more'];
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}

function grown([early = 0, late = 0]: readonly number[]): string[] {
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
  return late - early > MOST_GROWTH ? [`its memory has grown from ${megabytes(early)} to ${megabytes(late)} MB`] : [];
}
