/**
 * Random chats of two API keys over HTTP, in every dialect. Both keys' programs begin with the same seed, so they send the same histories and the
 * same conversation ids, at the same time; they branch, go back, hang up and send lone messages. Nothing of one key may reach the other: neither
 * messages, nor a process, nor a conversation, nor usage.
 *
 * `npm run test:property` makes 2,000 requests. CLAUDACITY_SEED repeats a run, as far as the order of parallel requests can be repeated.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CreatedKey } from '../../app/shared/access/keys';
import { type HistoryMessage, text, usage } from '../support/messagesApi';
import { type Random, random } from '../support/random';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

const REQUESTS = Number(process.env.CLAUDACITY_PROPERTY_REQUESTS ?? 60);
const SEED = Number(process.env.CLAUDACITY_SEED ?? Date.now() % 1_000_000);
const MINUTES = 2 + REQUESTS / 150;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ settings: { maxProcesses: 6 } });
});
afterAll(() => app.stop());

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** What one key has done. */
interface Owner {
  readonly name: string;
  readonly key: CreatedKey;
  /** Digests of the histories that its programs have, each with its answer. */
  readonly histories: Set<string>;
  readonly conversations: Set<string>;
  readonly pids: Set<number>;
  readonly paths: Map<string, number>;
  /** Requests that were answered in full, and those that the client gave up. */
  answered: number;
  hungUp: number;
}

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
const textOf = ({ content }: HistoryMessage) => content.map(({ text: words }) => words).join('');

test(`nothing of a key reaches another one (seed ${SEED})`, { timeout: MINUTES * 60_000 }, async () => {
  // The same history has the same answer, so that the keys' chats stay alike.
  app.api.chooseAnswer(({ history }) => [text(digest(history.map(textOf))), usage({ input: 10, output: 5 })]);
  const owners = ['a', 'b'].map(newOwner);
  const run = { left: REQUESTS };

  await Promise.all(
    owners.flatMap((owner) => [1, 2].map((program) => chatAway(owner, random(SEED * 10 + program), run))),
  );

  const [a, b] = owners;
  if (a === undefined || b === undefined) throw new Error('there are two owners');
  expect([...a.conversations].filter((id) => b.conversations.has(id))).toEqual([]);
  expect([...a.pids].filter((pid) => b.pids.has(pid))).toEqual([]);
  // Every message that the model got for one key is free of what only the other key has said.
  for (const { history } of app.api.requests) {
    const marks = new Set(history.flatMap((message) => textOf(message).match(/only of key \w/g) ?? []));
    expect(marks.size).toBeLessThanOrEqual(1);
  }
  for (const owner of owners) await checkRecords(owner);
  for (const { name, paths } of owners)
    console.log(`seed ${SEED}, key ${name}:`, Object.fromEntries([...paths].sort()));
});

function newOwner(name: string): Owner {
  const key = app.core.calls['keys.create']({ name: `key ${name}` });
  const sets = { histories: new Set<string>(), conversations: new Set<string>(), pids: new Set<number>() };
  return { name, key, ...sets, paths: new Map(), answered: 0, hungUp: 0 };
}

/** The history, the log and the usage have for each key what its programs know of. */
async function checkRecords({ key, conversations, answered, hungUp }: Owner): Promise<void> {
  const { id } = key.apiKey;
  const usageOfKey = () => app.core.snapshot().usage.keys.find(({ keyId }) => keyId === id);
  await expect.poll(() => usageOfKey()?.requests ?? 0).toBeGreaterThanOrEqual(answered);
  expect(usageOfKey()?.requests).toBeLessThanOrEqual(answered + hungUp);
  expect(usageOfKey()?.usage.output).toBeGreaterThanOrEqual(answered * 5);
  expect(usageOfKey()?.usage.output).toBeLessThanOrEqual((answered + hungUp) * 5);
  const stored = app.core.calls['conversations.list'](Number.MAX_SAFE_INTEGER, 1_000);
  for (const one of stored.filter(({ id: stored }) => conversations.has(stored))) expect(one.keyId).toBe(id);
}

interface Branch {
  readonly history: readonly Turn[];
  /** Where the program sends only its newest message. */
  readonly id?: string;
}

async function chatAway(owner: Owner, dice: Random, run: { left: number }): Promise<void> {
  const { chance, pick, below } = dice;
  const branches: Branch[] = [];
  while (run.left > 0) {
    run.left -= 1;
    const starts = branches.length === 0 || chance(0.3);
    const branch: Branch = starts
      ? chance(0.3)
        ? { history: [], id: `chat-${below(4)}` }
        : { history: [] }
      : pick(branches);
    // Of a lone message, only its words tell whose conversation it was appended to.
    const mark = branch.id !== undefined || chance(0.2) ? ` only of key ${owner.name}` : '';
    const question: Turn = { role: 'user', content: `${pick(['Hi', 'Go on', 'Why?'])} ${below(5)}${mark}` };
    const answer = await ask(owner, branch, question, dice);
    if (answer === undefined || branch.id !== undefined) continue;
    const history: Turn[] = [...branch.history, question, { role: 'assistant', content: answer }];
    owner.histories.add(digest(history));
    if (history.length < 12) branches.push({ history });
    if (branches.length > 4) branches.shift();
  }
}

const DIALECTS = {
  '/api/chat': (body: { message: { content: string } }) => body.message.content,
  '/v1/chat/completions': (body: { choices: { message: { content: string } }[] }) => body.choices[0]?.message.content,
  '/v1/messages': (body: { content: { text: string }[] }) => body.content.map(({ text: words }) => words).join(''),
} as const;

/** Undefined where the client hung up. */
async function ask(
  owner: Owner,
  branch: Branch,
  question: Turn,
  { chance, pick, below }: Random,
): Promise<string | undefined> {
  const path = branch.id === undefined ? pick(Object.keys(DIALECTS)) : '/v1/chat/completions';
  const messages = branch.id === undefined ? [...branch.history, question] : [question];
  const body = JSON.stringify({
    model: 'sonnet',
    stream: false,
    max_tokens: 1_000,
    messages,
    ...(branch.id && { id: branch.id }),
  });
  const headers = { authorization: `Bearer ${owner.key.secret}`, 'content-type': 'application/json' };
  if (branch.id === undefined && chance(0.1)) {
    owner.hungUp += 1;
    await fetch(app.url + path, { method: 'POST', headers, body, signal: AbortSignal.timeout(1 + below(60)) })
      .then(
        (response) => response.text(),
        () => {},
      )
      .catch(() => {});
    return undefined;
  }
  const answer = await send(app.url + path, { headers, body });
  expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, '']);
  owner.answered += 1;
  checkPath(owner, branch, String(answer.headers['x-claudacity-path']));
  const conversation = String(answer.headers['x-claudacity-conversation']);
  owner.conversations.add(conversation);
  const live = app.core.snapshot().conversations.find(({ id }) => id === conversation);
  if (live !== undefined) expect(live.keyId).toBe(owner.key.apiKey.id);
  if (live?.pid) owner.pids.add(live.pid);
  const read: ((body: never) => string | undefined) | undefined = DIALECTS[path as keyof typeof DIALECTS];
  return read?.(JSON.parse(answer.text) as never);
}

/** A process that holds a part of the history can only be that of a chat of the same key. */
function checkPath({ histories, paths }: Owner, { history, id }: Branch, path: string): void {
  paths.set(path, (paths.get(path) ?? 0) + 1);
  if (id !== undefined || path === 'new' || path === 'replay') return;
  const known = history.some((_, index) => histories.has(digest(history.slice(0, index + 1))));
  expect({ path, known }).toEqual({ path, known: true });
}
