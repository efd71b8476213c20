/**
 * Random chats of two client programs: they branch, regenerate answers, edit messages, begin alike, run in parallel and
 * hang up, and their processes are killed. For each request the model must get exactly the history that the client sent.
 *
 * `npm run test:property` makes 2,000 requests with reuse, and 2,000 without. CLAUDACITY_SEED repeats a run, as far as the
 * order of parallel requests can be repeated.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type HistoryMessage, text } from '../support/messagesApi';
import { type Random, random } from '../support/random';
import { startTestApp, type TestApp } from '../support/testApp';

const REQUESTS = Number(process.env.CLAUDACITY_PROPERTY_REQUESTS ?? 60);
const SEED = Number(process.env.CLAUDACITY_SEED ?? Date.now() % 1_000_000);
const MINUTES = 2 + REQUESTS / 150;

let app: TestApp;

afterEach(() => app.stop());

test.each([
  { reuseProcesses: true, title: 'with reuse' },
  { reuseProcesses: false, title: 'with a process for each conversation' },
])(
  `the model gets exactly the history that was sent, $title (seed ${SEED})`,
  { timeout: MINUTES * 60_000 },
  async ({ reuseProcesses }) => {
    app = await startTestApp({ settings: { maxProcesses: 14, reuseProcesses } });
    app.api.chooseAnswer((request) => [text(answerTo(request.history, app.api.requests.length))]);
    const run = { left: REQUESTS, kills: 0, sentDigests: new Set<string>(), counts: new Map<string, number>() };

    const programs = [PROGRAMS.ollama, PROGRAMS.openai, PROGRAMS.ollama, PROGRAMS.openai];
    await Promise.all(programs.map((program, index) => chatAway(program, random(SEED * 10 + index), run)));

    // The requests of killed processes and of clients that hung up are among them, too.
    const unknownRequests = app.api.requests.filter(({ history }) => !run.sentDigests.has(digest(history)));
    expect(unknownRequests.map(({ history }) => JSON.stringify(history))).toEqual([]);
    expect(run.counts.get('failed') ?? 0).toBeLessThanOrEqual(run.kills);
    console.log(`seed ${SEED}:`, Object.fromEntries([...run.counts].sort()), `${run.kills} killed`);
  },
);

interface Run {
  left: number;
  kills: number;
  /** The digests of all histories that were sent, each with its question. */
  readonly sentDigests: Set<string>;
  /** How many requests were served in which way. */
  readonly counts: Map<string, number>;
}

/** The answer names the digest of its history, with a number that makes answers to the same history differ. */
function answerTo(history: readonly HistoryMessage[], times: number): string {
  return `${digest(history)} ${times % 3}`;
}

function digest(history: readonly HistoryMessage[]): string {
  return createHash('sha256').update(JSON.stringify(history)).digest('hex').slice(0, 16);
}

/** The messages as the model is to get them: consecutive messages of one role are one message. */
type Chat = readonly HistoryMessage[];

interface Branch {
  readonly system: string;
  readonly model: string;
  /** Ends with an answer. */
  readonly history: Chat;
  /** The chat's id where its program sends only its newest message. */
  readonly id?: string | undefined;
}

/** Few, so that chats often begin alike. */
const OPENINGS = ['Hi', 'Hello', 'What can you do?'];
const SYSTEMS = ['', '', '', '', 'Be brief.'];
const MODELS = ['sonnet', 'sonnet', 'sonnet', 'sonnet', 'haiku'];

/** Runs chats until all requests have been made. */
async function chatAway(program: Program, { chance, pick, below }: Random, run: Run): Promise<void> {
  const branches: Branch[] = [];

  const question = (): HistoryMessage => {
    const words: HistoryMessage['content'] = [{ type: 'text', text: `Question ${below(1_000_000)}` }];
    if (chance(0.05)) words.unshift(PICTURE);
    if (program === PROGRAMS.openai && chance(0.05)) words.push({ type: 'text', text: 'And another thing.' });
    return { role: 'user', content: words };
  };

  const start = (): Branch => ({
    system: pick(SYSTEMS),
    model: pick(MODELS),
    history: [],
    id: chance(0.2) ? `chat-${below(1_000_000_000)}` : undefined,
  });

  const sendQuestion = async (branch: Branch, next: HistoryMessage, options: AskOptions = {}): Promise<void> => {
    run.left -= 1;
    const sent = [...branch.history, next];
    run.sentDigests.add(digest(sent));
    const outcome = await askOnce(program, branch, next, options);
    run.counts.set(outcome.path, (run.counts.get(outcome.path) ?? 0) + 1);
    if (outcome.answer === undefined) {
      // The program cannot know whether the turn became part of its conversation, so its next request has the whole history.
      remember({ ...branch, id: undefined }, branch);
      return;
    }
    expect(outcome.answer.split(' ')[0]).toBe(digest(sent));
    const answer: HistoryMessage = { role: 'assistant', content: [{ type: 'text', text: outcome.answer }] };
    remember({ ...branch, history: [...sent, answer] }, branch);
  };

  const remember = (branch: Branch, before: Branch) => {
    // A conversation with an id has no other branches.
    const place = branches.indexOf(before);
    if (place !== -1 && (branch.id !== undefined || before.id !== undefined || chance(0.7))) branches.splice(place, 1);
    if (branch.history.length > 0 && branch.history.length < 30) branches.push(branch);
    if (branches.length > 3) branches.splice(below(branches.length - 1), 1);
  };

  while (run.left > 0) {
    // Most requests continue the last branch: each that does not costs half a second for a new process.
    const last = chance(0.85) ? branches.at(-1) : branches[below(branches.length)];
    const branch = chance(0.02) ? start() : (last ?? start());
    const sendsAlone = branch.id !== undefined && branch.history.length > 0;
    const dice = below(100);
    if (branch.history.length === 0) {
      await sendQuestion(
        branch,
        chance(0.6) ? { role: 'user', content: [{ type: 'text', text: pick(OPENINGS) }] } : question(),
      );
    } else if (dice < 90) {
      await sendQuestion(branch, question(), { lone: sendsAlone });
    } else if (dice < 92) {
      // The program regenerates the last answer.
      const { history } = branch;
      await sendQuestion({ ...branch, history: history.slice(0, -2), id: undefined }, history.at(-2) as HistoryMessage);
    } else if (dice < 95) {
      await sendQuestion({ ...withEditedMessage(branch, below), id: undefined }, question());
    } else if (dice < 96) {
      const twin = { ...branch, id: undefined };
      await Promise.all([sendQuestion(twin, question()), sendQuestion(twin, question())]);
    } else if (dice < 98) {
      await sendQuestion(branch, question(), { hangUpAfterMs: below(120) });
    } else {
      const rows = app.core.snapshot().conversations.flatMap(({ pid }) => (pid === null ? [] : [pid]));
      if (rows.length > 0) {
        run.kills += 1;
        kill(pick(rows));
      }
      await sendQuestion(branch, question());
    }
  }
}

/** The branch with one of its messages changed. */
function withEditedMessage(branch: Branch, below: Random['below']): Branch {
  const place = below(branch.history.length);
  const history = branch.history.map((message, index) =>
    index === place ? { role: message.role, content: [{ type: 'text', text: `Edited ${below(1_000_000)}` }] } : message,
  );
  return { ...branch, history };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has exited by itself.
  }
}

/** The form in which a program sends messages, and where it finds the answer. */
interface Program {
  readonly name: string;
  readonly path: string;
  message(message: HistoryMessage): unknown;
  answer(body: unknown): string;
}

const OllamaAnswer = z.object({ message: z.object({ content: z.string() }) });
const OpenaiAnswer = z.object({ choices: z.array(z.object({ message: z.object({ content: z.string() }) })) });

const PROGRAMS = {
  // In Ollama's API a message has one text, after its images.
  ollama: {
    name: 'ollama-python/0.5.1',
    path: '/api/chat',
    message: ({ role, content }) => ({
      role,
      content: textOf(content),
      images: content.flatMap((block) => (block.type === 'image' ? [PICTURE.source.data] : [])),
    }),
    answer: (body) => OllamaAnswer.parse(body).message.content,
  },
  openai: {
    name: 'OpenAI/JS 6.0.0',
    path: '/v1/chat/completions',
    message: ({ role, content }) => ({
      role,
      content:
        role === 'assistant'
          ? textOf(content)
          : content.map((block) => (block.type === 'image' ? { type: 'image_url', image_url: PICTURE_URL } : block)),
    }),
    answer: (body) => OpenaiAnswer.parse(body).choices[0]?.message.content ?? '',
  },
} satisfies Record<string, Program>;

function textOf(content: HistoryMessage['content']): string {
  return content.map(({ text }) => text ?? '').join('');
}

const PICTURE = {
  type: 'image',
  source: {
    type: 'base64',
    media_type: 'image/png',
    data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  },
};

const PICTURE_URL = { url: `data:image/png;base64,${PICTURE.source.data}` };

interface AskOptions {
  /** Sends the question without the history. */
  readonly lone?: boolean;
  readonly hangUpAfterMs?: number;
}

interface Outcome {
  /** The header `x-claudacity-path`; `failed` or `hung up` where there is no answer. */
  readonly path: string;
  readonly answer?: string;
}

async function askOnce(
  program: Program,
  { system, model, history, id }: Branch,
  next: HistoryMessage,
  { lone = false, hangUpAfterMs }: AskOptions,
): Promise<Outcome> {
  const client = new AbortController();
  if (hangUpAfterMs !== undefined) void sleep(hangUpAfterMs).then(() => client.abort());
  const messages = [...(lone ? [] : history), next].map(program.message);
  const systemMessages = system === '' ? [] : [{ role: 'system', content: system }];
  try {
    const response = await fetch(`${app.url}${program.path}`, {
      method: 'POST',
      headers: { 'user-agent': program.name },
      body: JSON.stringify({
        model,
        stream: false,
        messages: [...systemMessages, ...messages],
        ...(id !== undefined && { id }),
      }),
      signal: client.signal,
    });
    const body = await response.json();
    if (!response.ok) return { path: 'failed' };
    return { path: response.headers.get('x-claudacity-path') ?? 'unknown', answer: program.answer(body) };
  } catch (error) {
    if (client.signal.aborted) return { path: 'hung up' };
    throw error;
  }
}
