/**
 * `npm run test:soak`: runs 200 conversations of ten turns on eight processes. Some clients hang up, and the run kills the
 * app once and two of its children. It passes if no completed turn is lost or mixed with another conversation, the app's
 * memory stays within 10 % after the first quarter of the run, and no process is left over.
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
/** Together with a spare and an idle conversation, their turns need all processes. */
const CLIENTS = 6;
/** Probability that the client hangs up during a turn. */
const HANG_UP_PROBABILITY = 0.04;

/** Number of requests by their outcome. */
interface Counts {
  live: number;
  replay: number;
  new: number;
  hungUp: number;
  /** The server answered with an error. */
  failed: number;
  /** The connection broke, as it does when the app is killed. */
  broken: number;
}

const counts: Counts = { live: 0, replay: 0, new: 0, hungUp: 0, failed: 0, broken: 0 };
/** Lost or mixed turns, one text each. The run ends at the first. */
const violations: string[] = [];
/** The history that the CLI sent to the Messages API, by the text of its question. */
const sentHistories = new Map<string, History>();

const home = await scratchFolder();
const api = await startMessagesApi();
api.chooseAnswer(({ history }) => {
  const question = history.at(-1);
  if (question) sentHistories.set(textOf(question), history);
  const answer = answerTo(history);
  return [text(answer.slice(0, 5)), pause(5), text(answer.slice(5))];
});

const startedAt = Date.now();
const app = await startAppProcess(api, home, PROCESSES);
const conversations = Array.from({ length: CONVERSATIONS }, (_, index) =>
  soakConversation(`chat-${index}`, index % 2 === 0 ? 'id' : 'history'),
);
const completedTurns = () => conversations.reduce((sum, { turns }) => sum + turns, 0);

const progress = setInterval(() => {
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  console.error(`${seconds} s: ${completedTurns()} of ${CONVERSATIONS * TURNS} turns ${JSON.stringify(counts)}`);
}, 10_000);

const unclaimed = new Set(conversations);
await Promise.all([
  ...Array.from({ length: CLIENTS }, (_, index) => runClient(random(SEED * 100 + index))),
  injectFaults(random(SEED)),
]);
clearInterval(progress);

const seconds = Math.round((Date.now() - startedAt) / 1000);
const memory = (await app.memorySamples()).filter(({ pid }) => pid === app.pid);
const exitCode = await app.stop();
const leftovers = await leftoverProcesses(home);
for (const conversation of conversations) {
  const violation = conversation.checkStored((await storedHistory(conversation)) ?? []);
  if (conversation.clientKind === 'id' && violation !== undefined) violations.push(violation);
}
await api.close();
for (const { pid } of leftovers) process.kill(pid, 'SIGKILL');
await removeFolder(home);
report();

/** Simulates a client: takes an unclaimed conversation, runs several of its turns, and changes to another until all are complete. */
async function runClient({ chance, pick, below }: Random): Promise<void> {
  let conversation: SoakConversation | undefined;
  while (violations.length === 0) {
    if (!conversation || conversation.turns >= TURNS || chance(0.25)) {
      if (conversation && conversation.turns < TURNS) unclaimed.add(conversation);
      conversation = unclaimed.size > 0 ? pick([...unclaimed]) : undefined;
      if (!conversation) return;
      unclaimed.delete(conversation);
    }
    await runTurn(conversation, chance(HANG_UP_PROBABILITY) ? below(250) : undefined, below(2) === 0);
  }
}

async function runTurn(
  conversation: SoakConversation,
  hangUpAfterMs: number | undefined,
  ollama: boolean,
): Promise<void> {
  const question = conversation.nextQuestion();
  const { id, clientKind, knownHistory } = conversation;
  const hangUp = new AbortController();
  if (hangUpAfterMs !== undefined) setTimeout(() => hangUp.abort(), hangUpAfterMs);
  const messages = [...(clientKind === 'id' ? [] : knownHistory), question].map((message) => ({
    role: message.role,
    content: textOf(message),
  }));
  try {
    const response = await fetch(`${app.url}${ollama ? '/api/chat' : '/v1/chat/completions'}`, {
      method: 'POST',
      body: JSON.stringify({ model: 'sonnet', stream: false, messages, ...(clientKind === 'id' && { id }) }),
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
    const violation = conversation.recordAnswer(question, answer, sentHistories.get(textOf(question)));
    sentHistories.delete(textOf(question));
    if (violation !== undefined) violations.push(violation);
  } catch (error) {
    if (hangUp.signal.aborted) counts.hungUp += 1;
    else counts.broken += 1;
    if (!isConnectionRefused(error)) conversation.recordBrokenTurn(question);
    await app.waitUntilUp();
  }
}

/** The request was not sent, because no process listens while the app restarts. */
function isConnectionRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

/** Kills the app early in the run, so that the memory of its successor is measured for most of it, and later two of its children. */
async function injectFaults({ pick }: Random): Promise<void> {
  await waitForProgress(0.1);
  await app.killAndRestart();
  for (const share of [0.4, 0.7]) {
    await waitForProgress(share);
    const children = await app.children();
    if (children.length > 0) process.kill(pick(children), 'SIGKILL');
  }
}

async function waitForProgress(share: number): Promise<void> {
  while (completedTurns() < share * CONVERSATIONS * TURNS && violations.length === 0) await sleep(50);
}

/** The conversation as it is in the app's database. */
async function storedHistory({ id }: SoakConversation): Promise<History | undefined> {
  const log = recordingLog();
  const database = openDatabase(app.database, log);
  try {
    const retention = () => ({ keepTexts: true, keepDays: 30, keepBytes: 1e9 });
    const store = openConversationStore({ database, log, retention });
    const stored = store.findByName('', id);
    return stored && (await store.readMessages(stored)).map(asHistory);
  } finally {
    database.close();
  }
}

function asHistory({ role, content }: Message): HistoryMessage {
  return { role, content: content.map((block) => ({ ...block })) };
}

function report(): void {
  const afterFirstQuarter = memory.slice(Math.floor(memory.length / 4));
  const rss = drift(afterFirstQuarter, ({ rss }) => rss);
  const heap = drift(afterFirstQuarter, ({ heapUsed }) => heapUsed);
  const completed = completedTurns();
  const checks: [string, string, boolean][] = [
    ['completed turns', `${completed} of ${CONVERSATIONS * TURNS}`, completed === CONVERSATIONS * TURNS],
    ['turns lost or mixed', String(violations.length), violations.length === 0],
    ['resident memory after the first quarter', rss.text, rss.share <= 0.1],
    ['processes left over', String(leftovers.length), leftovers.length === 0],
    ['exit code of the app', String(exitCode), exitCode === 0],
  ];
  console.log(`seed ${SEED}, ${seconds} s, ${JSON.stringify(counts)}`);
  console.log(`heap in use after the first quarter: ${heap.text}`);
  for (const [name, value, ok] of checks) console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(42)} ${value}`);
  for (const violation of violations.slice(0, 5)) console.log(violation);
  const passed = checks.every(([, , ok]) => ok);
  console.log(passed ? 'PASS' : 'FAIL');
  process.exitCode = passed ? 0 : 1;
}

/** The largest deviation of the median of a tenth of the samples from that of the first tenth, as a share and as a text. */
function drift(
  samples: readonly MemorySample[],
  bytesOf: (sample: MemorySample) => number,
): { share: number; text: string } {
  const length = Math.max(1, Math.floor(samples.length / 10));
  const tenths = Array.from({ length: 10 }, (_, index) =>
    median(samples.slice(index * length, (index + 1) * length).map(bytesOf)),
  ).filter((value) => value > 0);
  const [first = 0] = tenths;
  const share = Math.max(0, ...tenths.map((value) => Math.abs(value / first - 1)));
  const megabytes = tenths.map((value) => Math.round(value / 1e6)).join(' ');
  return { share, text: `${megabytes} MB (at most ${(share * 100).toFixed(1)} % off)` };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
