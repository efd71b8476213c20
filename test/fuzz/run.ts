/** Sends the generated requests to a running server and collects the faults of its answers and of the app itself. */
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
  /** The index of a single request to send instead of all. */
  readonly only?: number | undefined;
  onProgress?(progress: Progress): void;
}

export interface Progress {
  readonly sent: number;
  readonly failed: number;
  /** Answers by their status; 0 where the connection was closed without one. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Number of requests that the mocked Messages API has received. */
  readonly apiRequests: number;
}

export interface FuzzResult extends Progress {
  /** The failed requests, each as some lines of text with the index by which it can be repeated. */
  readonly findings: readonly string[];
  /** Faults of the app rather than of one answer. */
  readonly appFaults: readonly string[];
}

const CONCURRENCY = 8;
const ANSWER_TIMEOUT_MS = 60_000;
const MAX_FINDINGS = 20;
const PROGRESS_MS = 5_000;

/** How much the heap in use may grow between the first quarter of the run and its end, in bytes. */
const MAX_GROWTH = 64 * 1024 * 1024;

/** Sends all requests and then checks the app. */
export async function fuzz(app: TestApp, { bodies, seed, only, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const attemptAt = attempts(servedRoutes(), seed);
  const findings: string[] = [];
  const statuses = new Map<number, number>();
  const heaps: number[] = [];
  const watch = watchProcess();
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  let next = 0;
  let sent = 0;
  let failed = 0;
  let apiRequests = 0;
  scriptApi(app);

  const progress = () => ({ sent, failed, statuses, apiRequests: apiRequests + app.api.requests.length });
  const timer = setInterval(() => onProgress?.(progress()), PROGRESS_MS);

  // The mock's recordings must not count as the app's memory.
  const clearRecordings = () => {
    apiRequests += app.api.requests.length;
    scriptApi(app);
  };

  const sendOne = async (index: number) => {
    const attempt = attemptAt(index);
    const { status, faults } = await tryAttempt(app.port, attempt, agent);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    sent += 1;
    if (faults.length > 0) {
      failed += 1;
      if (findings.length < MAX_FINDINGS) findings.push(describeFinding(index, attempt, faults));
    }
    if (sent % 500 === 0) clearRecordings();
    if (sent === Math.ceil(bodies / 4)) heaps.push(heapUsed());
  };
  const client = async () => {
    while (next < bodies) {
      const index = next;
      next += 1;
      await sendOne(index);
    }
  };
  try {
    if (only !== undefined) await sendOne(only);
    else await Promise.all(Array.from({ length: CONCURRENCY }, client));
  } finally {
    clearInterval(timer);
    agent.destroy();
    watch.end();
  }
  clearRecordings();
  heaps.push(heapUsed());
  const appFaults = [
    ...watch.faults,
    ...loggedErrors(app),
    ...pollutedPrototypes(),
    ...(await unresponsive(app)),
    ...heapGrowth(heaps),
  ];
  return { sent, failed, statuses, apiRequests, findings, appFaults };
}

/** Scripts the mock: it answers immediately, and one answer in `BREAKS_EVERY` breaks off with an error. */
function scriptApi({ api }: TestApp): void {
  let questions = 0;
  api.reset();
  // JSON, which also answers a request with a schema.
  api.setDefaultAnswer(text('{"city": "Oslo"}'));
  api.chooseAnswer(() => {
    questions += 1;
    return questions % BREAKS_EVERY === 0 ? [text('O'), streamError('api_error', BROKEN)] : undefined;
  });
}

const BREAKS_EVERY = 6;

async function tryAttempt(port: number, attempt: Attempt, agent: Agent): Promise<{ status: number; faults: string[] }> {
  try {
    const answer = await sendAttempt(port, attempt, agent);
    const raw = answer.status >= 500 ? [`it is ${answer.status}`] : [];
    return { status: answer.status, faults: attempt.kind === 'raw' ? raw : answerFaults(attempt, answer) };
  } catch (error) {
    return { status: 0, faults: [`there was no answer: ${error}`] };
  }
}

function sendAttempt(port: number, attempt: Attempt, agent: Agent): Promise<Answer> {
  return attempt.kind === 'raw'
    ? sendRaw(port, attempt, ANSWER_TIMEOUT_MS)
    : sendHttp(port, attempt, agent, ANSWER_TIMEOUT_MS);
}

function describeFinding(index: number, attempt: Attempt, faults: readonly string[]): string {
  const request =
    attempt.kind === 'raw'
      ? JSON.stringify(attempt.bytes.toString('latin1').slice(0, 200))
      : `${attempt.method} ${attempt.target.slice(0, 200)} ${JSON.stringify(attempt.headers).slice(0, 300)}
    ${JSON.stringify(Buffer.concat(attempt.body).toString('latin1').slice(0, 1_500))}`;
  return `#${index}: ${faults.join('; ')}\n    ${request}`;
}

function watchProcess(): { readonly faults: readonly string[]; end(): void } {
  const faults: string[] = [];
  const uncaught = (error: unknown) => {
    faults.push(`uncaught: ${error instanceof Error ? error.stack : String(error)}`);
  };
  process.on('uncaughtException', uncaught).on('unhandledRejection', uncaught);
  return { faults, end: () => process.off('uncaughtException', uncaught).off('unhandledRejection', uncaught) };
}

function loggedErrors({ log }: TestApp): string[] {
  const errors = log.entries.filter(({ level }) => level === 'error');
  return [
    ...new Set(
      errors.map(({ message, fields }) => `the log has: ${message} ${fields.stack ?? JSON.stringify(fields)}`),
    ),
  ];
}

/** An enumerable member of a built-in prototype was put there by a body. */
function pollutedPrototypes(): string[] {
  const names = [...Object.keys(Object.prototype), ...Object.keys(Array.prototype)];
  return names.map((name) => `every object has a member "${name}" now`);
}

const tags = z.object({ models: z.array(z.unknown()).min(1) });
const chat = z.object({ message: z.object({ content: z.literal('Still here.') }) });

/** Empty if the app lists its models and answers a request. */
async function unresponsive(app: TestApp): Promise<string[]> {
  app.api.reset();
  app.api.setDefaultAnswer(text('Still here.'));
  const body = JSON.stringify({
    model: 'sonnet',
    stream: false,
    messages: [{ role: 'user', content: 'Are you there?' }],
  });
  const answers = await Promise.all([send(`${app.url}/api/tags`), send(`${app.url}/api/chat`, { body })]);
  const [list, answer] = answers.map(({ text }) => JSON.parse(text));
  return tags.safeParse(list).success && chat.safeParse(answer).success ? [] : ['the app does not answer any more'];
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}

function heapGrowth([early = 0, late = 0]: readonly number[]): string[] {
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
  return late - early > MAX_GROWTH ? [`its memory has grown from ${megabytes(early)} to ${megabytes(late)} MB`] : [];
}
