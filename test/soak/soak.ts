/**
 * `npm run test:soak`: runs 200 conversations of ten turns on eight processes, and besides them single requests whose answers have thinking,
 * text and tool calls. Clients hang up, the API stops in the middle of answers, the app is killed once, and processes of the CLI are killed,
 * stopped, paused and silent from their start, at random moments. It passes if no request hangs, no answer has parts of two, no completed
 * turn is lost or mixed with another conversation, the app recovers and can use every process slot afterwards, the app's memory grows by less than 10 % after the
 * first quarter of the run, and no process is left over.
 *
 *     npm run test:soak -- [--conversations N] [--turns N] [--seed N]
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Message } from '../../app/chat/request';
import type { ClaudeTimes } from '../../app/claude/claude';
import { openConversationStore } from '../../app/store/conversationStore';
import { openDatabase } from '../../app/store/database';
import { leftoverProcesses, removeFolder, scratchFolder } from '../support/cli';
import { wrapCli } from '../support/cliWrapper';
import { DIALECTS, type FaultMessage, type Outcome, request } from '../support/dialectClient';
import { type HistoryMessage, pause, startMessagesApi, text } from '../support/messagesApi';
import { type Random, random } from '../support/random';
import { recordingLog } from '../support/recordingLog';
import { startAppProcess } from './appProcess';
import { answerTo, type History, type SoakConversation, soakConversation, textOf } from './conversation';
import { drift } from './drift';
import { type FaultCounts, injectFaults } from './faults';
import { askForOneAnswer, oneAnswerScript, randomHang } from './oneAnswer';

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
/** Together with two clients that ask for single answers, they need all processes. */
const CLIENTS = 6;
/** Probability that the client hangs up during a turn. */
const HANG_UP_PROBABILITY = 0.04;
/** Probability that the API says nothing more in one of the single answers. */
const API_HANG_PROBABILITY = 0.05;

/** Short enough that a stopped process does not hold up the run for minutes, long enough for one that works on a loaded computer. */
const TIMES: Partial<ClaudeTimes> = {
  initializeMs: 8_000,
  controlMs: 3_000,
  replayStepMs: 5_000,
  turnStartMs: 5_000,
  writeMs: 5_000,
  interruptMs: 1_000,
  closeMs: 1_000,
  endMs: 3_000,
  queueMs: 30_000,
  modelsMs: 10_000,
  attemptMs: 8_000,
  waitMs: 10_000,
  firstPauseMs: 100,
  maxPauseMs: 1_000,
};
const SILENCE_MS = 6_000;
/** A request that takes longer than its wait for a process, one failed attempt and another one may take hangs. */
const HANGS_AFTER_MS = 30_000 + 10_000 + 2 * (8_000 + 3_000 + 5_000 + 5_000 + 5_000 + SILENCE_MS + 2_000);

/** Number of requests by their outcome. */
interface Counts {
  live: number;
  rewind: number;
  replay: number;
  new: number;
  hungUp: number;
  /** The server answered with an error, or the answer ended with one. */
  failed: number;
  /** The connection broke, as it does when the app is killed. */
  broken: number;
  /** Single answers that were complete. */
  single: number;
  /** Single answers in which the API said nothing more. */
  apiHangs: number;
}

const counts: Counts = {
  live: 0,
  rewind: 0,
  replay: 0,
  new: 0,
  hungUp: 0,
  failed: 0,
  broken: 0,
  single: 0,
  apiHangs: 0,
};
const faultCounts: FaultCounts = { killed: 0, stopped: 0, paused: 0, silent: 0 };
/** Lost or mixed turns, one text each. The run ends at the first. */
const violations: string[] = [];
/** Answers with parts of two, one text each. */
const gluedAnswers: string[] = [];
/** Requests that did not end in time, one text each. */
const hungRequests: string[] = [];
/** How often each error was sent, by its text without numbers. */
const errors = new Map<string, number>();
/** The longest time that a request took, in ms. */
let longestMs = 0;
/** The history that the CLI sent to the Messages API, by the text of its question. */
const sentHistories = new Map<string, History>();
/** The questions to which the API was answering when the slots were counted. */
const slotQuestions = new Set<string>();
/** The time that the answer to one of these takes, in ms. */
const SLOT_ANSWER_MS = 40_000;

const home = await scratchFolder();
const api = await startMessagesApi();
const cli = await wrapCli(path.join(home, 'bin'));
const hangs = random(SEED + 1);
api.chooseAnswer(({ history }) => {
  const question = history.at(-1);
  if (question && textOf(question).startsWith('slot ')) {
    slotQuestions.add(textOf(question));
    return Array.from({ length: SLOT_ANSWER_MS / 500 }, () => [text('.'), pause(500)]).flat();
  }
  const single = oneAnswerScript(history, () => {
    const step = randomHang(hangs, API_HANG_PROBABILITY);
    if (step !== undefined) counts.apiHangs += 1;
    return step;
  });
  if (single) return single;
  if (question) sentHistories.set(textOf(question), history);
  const answer = answerTo(history);
  return [text(answer.slice(0, 5)), pause(5), text(answer.slice(5))];
});

const startedAt = Date.now();
const app = await startAppProcess(api, home, {
  settings: { maxProcesses: PROCESSES, turnTimeoutMinutes: SILENCE_MS / 60_000 },
  times: TIMES,
  claude: cli.path,
  samplesMemory: true,
});
const conversations = Array.from({ length: CONVERSATIONS }, (_, index) =>
  soakConversation(`chat-${index}`, index % 2 === 0 ? 'id' : 'history'),
);
const completedTurns = () => conversations.reduce((sum, { turns }) => sum + turns, 0);

const progress = setInterval(() => {
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const all = JSON.stringify({ ...counts, ...faultCounts });
  console.error(`${seconds} s: ${completedTurns()} of ${CONVERSATIONS * TURNS} turns ${all}`);
}, 10_000);

const unclaimed = new Set(conversations);
/** Set when all turns are complete. */
let over = false;
const isOver = () => over || violations.length > 0;
const clients = Array.from({ length: CLIENTS }, (_, index) => runClient(random(SEED * 100 + index)));
await Promise.all([
  Promise.all(clients).then(() => {
    over = true;
  }),
  runSingleRequests(random(SEED * 100 + CLIENTS), 1),
  runSingleRequests(random(SEED * 100 + CLIENTS + 1), 2),
  killApp(),
  injectFaults({ app, cli, random: random(SEED), counts: faultCounts, isOver }),
]);
const seconds = Math.round((Date.now() - startedAt) / 1000);
const memory = (await app.memorySamples()).filter(({ pid }) => pid === app.pid);
const hasRecovered = await becomesHealthy();
const usableSlots = await countUsableSlots();
clearInterval(progress);

const exitCode = await app.stop();
const leftovers = await leftoverProcesses(home);
for (const conversation of conversations) {
  const violation = conversation.checkStored((await storedHistory(conversation)) ?? []);
  if (conversation.clientKind === 'id' && violation !== undefined) violations.push(violation);
}
await api.close();
for (const { pid, command } of leftovers) console.log(`left over: ${pid} ${command}`);
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
    const hangUpAfterMs = chance(HANG_UP_PROBABILITY) ? below(250) : undefined;
    await runTurn(conversation, { hangUpAfterMs, ollama: chance(0.5), stream: chance(0.5) });
  }
}

interface TurnOptions {
  readonly hangUpAfterMs: number | undefined;
  readonly ollama: boolean;
  readonly stream: boolean;
}

async function runTurn(conversation: SoakConversation, { hangUpAfterMs, ollama, stream }: TurnOptions): Promise<void> {
  const question = conversation.nextQuestion();
  const { id, clientKind, knownHistory } = conversation;
  const hangUp = new AbortController();
  if (hangUpAfterMs !== undefined) setTimeout(() => hangUp.abort(), hangUpAfterMs);
  const messages = [...(clientKind === 'id' ? [] : knownHistory), question].map(
    (message): FaultMessage => ({
      role: message.role === 'user' ? 'user' : 'assistant',
      text: textOf(message),
    }),
  );
  const outcome = await timed(`${id}: ${textOf(question)}`, () =>
    request(app.url, ollama ? 'Ollama' : 'OpenAI', {
      messages,
      stream,
      signal: hangUp.signal,
      hangsAfterMs: HANGS_AFTER_MS,
      ...(clientKind === 'id' && { id }),
    }),
  );
  const sent = sentHistories.get(textOf(question));
  if (outcome.ending === 'complete') {
    const path = outcome.headers.get('x-claudacity-path');
    if (path === 'live' || path === 'rewind' || path === 'replay' || path === 'new') counts[path] += 1;
    const violation = conversation.recordAnswer(question, outcome.text, sent);
    sentHistories.delete(textOf(question));
    if (violation !== undefined) violations.push(violation);
    return;
  }
  if (outcome.text !== '' && !(sent && answerTo(sent).startsWith(outcome.text)))
    gluedAnswers.push(`${id}: ${outcome.text}`);
  if (outcome.ending === 'error') {
    counts.failed += 1;
    // The CLI does not come up just now: a client that asks again at once is refused at once.
    if (outcome.headers.has('retry-after')) await sleep(500);
    return;
  }
  if (hangUp.signal.aborted) counts.hungUp += 1;
  else counts.broken += 1;
  conversation.recordBrokenTurn(question);
  await app.waitUntilUp();
}

/** Runs the request. Records how long it took, and whether it hangs. */
async function timed(name: string, send: () => Promise<Outcome>): Promise<Outcome> {
  const sentAt = Date.now();
  const outcome = await send();
  longestMs = Math.max(longestMs, Date.now() - sentAt);
  if (outcome.ending === 'hangs') hungRequests.push(name);
  if (outcome.ending === 'error') countError(outcome);
  return outcome;
}

function countError({ status, message }: Outcome): void {
  const text = `${status} ${message.replaceAll(/\d+/g, '(n)').slice(0, 120)}`;
  errors.set(text, (errors.get(text) ?? 0) + 1);
}

/** Asks for single answers in all dialects, one after the other, while the conversations run. @param client tells its words from others */
async function runSingleRequests({ pick, chance }: Random, client: number): Promise<void> {
  for (let index = 0; !isOver(); index += 1) {
    const word = `word-${client}${index}`;
    const options = { url: app.url, dialect: pick(DIALECTS), word, stream: chance(0.7), hangsAfterMs: HANGS_AFTER_MS };
    const sentAt = Date.now();
    const { outcomes, violations: wrong } = await askForOneAnswer(options);
    longestMs = Math.max(longestMs, (Date.now() - sentAt) / outcomes.length);
    gluedAnswers.push(...wrong);
    for (const outcome of outcomes) {
      const { ending } = outcome;
      if (ending === 'error') countError(outcome);
      if (ending === 'complete') counts.single += 1;
      else if (ending === 'error') counts.failed += 1;
      else if (ending === 'hangs') hungRequests.push(word);
      else counts.broken += 1;
    }
    await app.waitUntilUp();
  }
}

/** Kills the app early in the run, so that the memory of its successor is measured for most of it. */
async function killApp(): Promise<void> {
  await waitForProgress(0.1);
  await app.killAndRestart();
}

/** Whether the app recovers by itself, now that nothing breaks the CLI any more. */
async function becomesHealthy(): Promise<boolean> {
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(200)) {
    if ((await fetch(`${app.url}/health`, { signal: AbortSignal.timeout(30_000) })).ok) return true;
  }
  return false;
}

/** Asks as many questions at once as there may be processes. Returns how many of them the API has got while none had its answer. */
async function countUsableSlots(): Promise<number> {
  const hangUp = new AbortController();
  const outcomes = Array.from({ length: PROCESSES }, (_, index) => {
    const question = [{ role: 'user', text: `slot ${index}` }] as const;
    return request(app.url, 'Ollama', { messages: question, stream: false, signal: hangUp.signal });
  });
  for (const until = Date.now() + 0.8 * SLOT_ANSWER_MS; slotQuestions.size < PROCESSES && Date.now() < until; )
    await sleep(100);
  hangUp.abort();
  await Promise.all(outcomes);
  return slotQuestions.size;
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
  const internalErrors = [...errors].reduce(
    (sum, [text, count]) => sum + (text.includes('internal error') ? count : 0),
    0,
  );
  const checks: [string, string, boolean][] = [
    ['completed turns', `${completed} of ${CONVERSATIONS * TURNS}`, completed === CONVERSATIONS * TURNS],
    ['turns lost or mixed', String(violations.length), violations.length === 0],
    ['glued answers', String(gluedAnswers.length), gluedAnswers.length === 0],
    [
      'hung requests',
      `${hungRequests.length} (limit ${HANGS_AFTER_MS / 1000} s, longest ${Math.round(longestMs / 100) / 10} s)`,
      hungRequests.length === 0,
    ],
    ['internal errors', String(internalErrors), internalErrors === 0],
    ['recovered at the end', String(hasRecovered), hasRecovered],
    ['process slots lost', String(PROCESSES - usableSlots), usableSlots === PROCESSES],
    [
      'faults injected, of each kind',
      JSON.stringify(faultCounts),
      Object.values(faultCounts).every((count) => count > 0),
    ],
    ['answers in which the API said nothing more', String(counts.apiHangs), counts.apiHangs > 0],
    ['resident memory after the first quarter', rss.text, rss.share <= 0.1],
    ['processes left over', String(leftovers.length), leftovers.length === 0],
    ['exit code of the app', String(exitCode), exitCode === 0],
  ];
  console.log(`seed ${SEED}, ${seconds} s, ${JSON.stringify(counts)}`);
  console.log(`heap in use after the first quarter: ${heap.text}`);
  for (const [text, count] of [...errors].sort(([, one], [, other]) => other - one)) console.log(`${count} × ${text}`);
  for (const [name, value, ok] of checks) console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(42)} ${value}`);
  for (const violation of [...violations, ...gluedAnswers, ...hungRequests].slice(0, 5)) console.log(violation);
  const passed = checks.every(([, , ok]) => ok);
  console.log(passed ? 'PASS' : 'FAIL');
  process.exitCode = passed ? 0 : 1;
}
