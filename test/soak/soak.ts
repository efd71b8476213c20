/**
 * `npm run test:soak`: 200 conversations of ten turns over eight processes, with clients that hang up, two children and
 * the app itself killed on the way. No turn may be lost that a client was told had ended, none mixed with another's; the
 * app's memory is to stay where it was after the first quarter; no process may be left.
 *
 *     npm run test:soak -- [--conversations N] [--turns N] [--seed N]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Message } from '../../app/chat/request';
import { openConversationStore } from '../../app/store/conversationStore';
import { openDatabase } from '../../app/store/database';
import { leftoverProcesses, removeFolder, scratchFolder } from '../support/cli';
import { type HistoryMessage, pause, startMessagesApi, text } from '../support/messagesApi';
import { type Random, random } from '../support/random';
import { recordingLog } from '../support/recordingLog';
import { type MemorySample, startAppProcess } from './appProcess';
import { answerTo, type History, type SoakConversation, soakConversation, textOf } from './conversation';

const { values } = parseArgs({
  options: {
    conversations: { type: 'string', default: '200' },
    turns: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const CONVERSATIONS = Number(values.conversations);
const TURNS = Number(values.turns);
const SEED = Number(values.seed);
const PROCESSES = 8;
/** With a spare and a conversation that is idle, they need all the processes. */
const CLIENTS = 6;
const HANG_UPS = 0.04;

interface Counts {
  live: number;
  replay: number;
  new: number;
  hungUp: number;
  /** The client was told that there is no answer. */
  failed: number;
  /** The connection broke, as when the app was killed. */
  broken: number;
}

const counts: Counts = { live: 0, replay: 0, new: 0, hungUp: 0, failed: 0, broken: 0 };
const faults: string[] = [];
/** What the model was told with the question of that text. */
const told = new Map<string, History>();

const home = await scratchFolder();
const api = await startMessagesApi();
api.chooseAnswer(({ history }) => {
  const question = history.at(-1);
  if (question) told.set(textOf(question), history);
  const answer = answerTo(history);
  return [text(answer.slice(0, 5)), pause(5), text(answer.slice(5))];
});

const begin = Date.now();
const app = await startAppProcess(api, home, PROCESSES);
const conversations = Array.from({ length: CONVERSATIONS }, (_, index) =>
  soakConversation(`chat-${index}`, index % 2 === 0 ? 'id' : 'history'),
);
const turnsDone = () => conversations.reduce((sum, { turns }) => sum + turns, 0);

const progress = setInterval(() => {
  const seconds = Math.round((Date.now() - begin) / 1000);
  console.error(`${seconds} s: ${turnsDone()} of ${CONVERSATIONS * TURNS} turns ${JSON.stringify(counts)}`);
}, 10_000);

const free = new Set(conversations);
await Promise.all([
  ...Array.from({ length: CLIENTS }, (_, index) => client(random(SEED * 100 + index))),
  accidents(random(SEED)),
]);
clearInterval(progress);

const seconds = Math.round((Date.now() - begin) / 1000);
const memory = (await app.memory()).filter(({ pid }) => pid === app.pid);
const exitCode = await app.stop();
const left = await leftoverProcesses(home);
for (const conversation of conversations) {
  const fault = conversation.check(kept(conversation) ?? []);
  if (conversation.way === 'id' && fault !== undefined) faults.push(fault);
}
await api.close();
for (const { pid } of left) process.kill(pid, 'SIGKILL');
await removeFolder(home);
report();

/** Holds conversations, most turns of one after the other, until none is left that lacks a turn. */
async function client({ chance, pick, below }: Random): Promise<void> {
  let conversation: SoakConversation | undefined;
  while (faults.length === 0) {
    if (!conversation || conversation.turns >= TURNS || chance(0.25)) {
      if (conversation && conversation.turns < TURNS) free.add(conversation);
      conversation = free.size > 0 ? pick([...free]) : undefined;
      if (!conversation) return;
      free.delete(conversation);
    }
    await turn(conversation, chance(HANG_UPS) ? below(250) : undefined, below(2) === 0);
  }
}

async function turn(conversation: SoakConversation, hangUpAfterMs: number | undefined, ollama: boolean): Promise<void> {
  const question = conversation.question();
  const { id, way, known } = conversation;
  const hangUp = new AbortController();
  if (hangUpAfterMs !== undefined) setTimeout(() => hangUp.abort(), hangUpAfterMs);
  const messages = [...(way === 'id' ? [] : known), question].map((message) => ({
    role: message.role,
    content: textOf(message),
  }));
  try {
    const response = await fetch(`${app.url}${ollama ? '/api/chat' : '/v1/chat/completions'}`, {
      method: 'POST',
      body: JSON.stringify({ model: 'sonnet', stream: false, messages, ...(way === 'id' && { id }) }),
      signal: hangUp.signal,
    });
    const body = await response.json();
    if (!response.ok) {
      counts.failed += 1;
      return;
    }
    const path = response.headers.get('x-claudacity-path');
    if (path === 'live' || path === 'replay' || path === 'new') counts[path] += 1;
    const answer = ollama ? body.message.content : body.choices[0].message.content;
    const fault = conversation.ended(question, answer, told.get(textOf(question)));
    told.delete(textOf(question));
    if (fault !== undefined) faults.push(fault);
  } catch (error) {
    if (hangUp.signal.aborted) counts.hungUp += 1;
    else counts.broken += 1;
    if (!isRefused(error)) conversation.leftOpen(question);
    await app.up();
  }
}

/** Nothing was sent: nobody listens while the app is down. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

/** The app is killed early, so that the one that follows is measured for most of the time. */
async function accidents({ pick }: Random): Promise<void> {
  await reached(0.1);
  await app.killAndRestart();
  for (const share of [0.4, 0.7]) {
    await reached(share);
    const children = await app.children();
    if (children.length > 0) process.kill(pick(children), 'SIGKILL');
  }
}

async function reached(share: number): Promise<void> {
  while (turnsDone() < share * CONVERSATIONS * TURNS && faults.length === 0) await sleep(50);
}

/** What the app has kept of it. */
function kept({ id }: SoakConversation): History | undefined {
  const log = recordingLog();
  const database = openDatabase(app.database, log);
  try {
    const retention = () => ({ keepTexts: true, keepDays: 30, keepBytes: 1e9 });
    return openConversationStore({ database, log, retention }).findByName('', id)?.messages?.map(asHistory);
  } finally {
    database.close();
  }
}

function asHistory({ role, content }: Message): HistoryMessage {
  return { role, content: content.map((block) => ({ ...block })) };
}

function report(): void {
  const quarter = memory.slice(Math.floor(memory.length / 4));
  const rss = drift(quarter, ({ rss }) => rss);
  const heap = drift(quarter, ({ heapUsed }) => heapUsed);
  const done = turnsDone();
  const checks: [string, string, boolean][] = [
    ['turns that clients were told had ended', `${done} of ${CONVERSATIONS * TURNS}`, done === CONVERSATIONS * TURNS],
    ['turns lost or mixed', String(faults.length), faults.length === 0],
    ['resident memory after the first quarter', rss.text, rss.share <= 0.1],
    ['processes left', String(left.length), left.length === 0],
    ['exit code of the app', String(exitCode), exitCode === 0],
  ];
  console.log(`seed ${SEED}, ${seconds} s, ${JSON.stringify(counts)}`);
  console.log(`heap in use after the first quarter: ${heap.text}`);
  for (const [what, value, ok] of checks) console.log(`${ok ? 'ok  ' : 'FAIL'}  ${what.padEnd(42)} ${value}`);
  for (const fault of faults.slice(0, 5)) console.log(fault);
  const passed = checks.every(([, , ok]) => ok);
  console.log(passed ? 'PASS' : 'FAIL');
  process.exitCode = passed ? 0 : 1;
}

/** How far the median of a tenth of the time strays from that of the first tenth. */
function drift(
  samples: readonly MemorySample[],
  of: (sample: MemorySample) => number,
): { share: number; text: string } {
  const length = Math.max(1, Math.floor(samples.length / 10));
  const tenths = Array.from({ length: 10 }, (_, index) =>
    median(samples.slice(index * length, (index + 1) * length).map(of)),
  ).filter((value) => value > 0);
  const [first = 0] = tenths;
  const share = Math.max(0, ...tenths.map((value) => Math.abs(value / first - 1)));
  const megabytes = tenths.map((value) => Math.round(value / 1e6)).join(' ');
  return { share, text: `${megabytes} MB (at most ${(share * 100).toFixed(1)} % off)` };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
