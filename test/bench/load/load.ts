/**
 * Measures many conversations: one after another, each with a system prompt of its own, and at once over eight processes. Processes
 * are reused as in the app; a run with a process for each conversation is beside it.
 */
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { pause, text } from '../../support/messagesApi';
import { startTestApp, type TestApp } from '../../support/testApp';
import { askOllama } from '../httpRequests';
import { ANSWER, followUpOf, makeQuestion, type Question } from '../question';
import { summarize } from '../summary';

export interface LoadMeasurements {
  /** Ms to the first token of 40 conversations one after another: the median of their first turns, and of their second ones. */
  readonly burstFirstMs: number;
  readonly burstSecondMs: number;
  /** CPU time of the app, its processes, the client and the mocked API for each of these conversations, in ms. */
  readonly burstCpuMs: number;
  /** Answers of two seconds per second, of 64 clients at once over eight processes. The most that is possible is 4. */
  readonly clientsPerSecond: number;
  /** Answers per second of 64 chats of 10 turns over eight processes, where the API answers at once. */
  readonly chatsPerSecond: number;
  /** The same with a process for each conversation. */
  readonly chatsPerSecondWithoutReuse: number;
}

const MODEL = 'sonnet';
const BURST = 40;
const BURST_GAP_MS = 60;
const CLIENTS = 64;
const PROCESSES = 8;
const ANSWER_MS = 2_000;
const CHAT_TURNS = 10;
/** Fewer turns are enough for the slower way, in which each takes a new process. */
const CHAT_TURNS_WITHOUT_REUSE = 2;
const SETTLE_MS = 3_000;

/** @param progress gets one line per step. @throws if a request is not answered */
export async function measureLoad(progress: (line: string) => void): Promise<LoadMeasurements> {
  progress(`${BURST} conversations one after another`);
  const burst = await withApp(true, measureBurst);
  progress(`${CLIENTS} clients at once`);
  const clientsPerSecond = await withApp(true, measureClients);
  progress(`${CLIENTS} chats of ${CHAT_TURNS} turns`);
  const chatsPerSecond = await withApp(true, (app) => measureChats(app, CHAT_TURNS));
  progress(`${CLIENTS} chats with a process for each conversation`);
  const chatsPerSecondWithoutReuse = await withApp(false, (app) => measureChats(app, CHAT_TURNS_WITHOUT_REUSE));
  return { ...burst, clientsPerSecond, chatsPerSecond, chatsPerSecondWithoutReuse };
}

async function withApp<T>(reuseProcesses: boolean, measure: (app: TestApp) => Promise<T>): Promise<T> {
  const app = await startTestApp({ settings: { reuseProcesses, maxProcesses: PROCESSES } });
  try {
    app.api.setDefaultAnswer(text(...ANSWER));
    // Code is compiled, and the spare processes have started.
    await askOllama(app.url, question('warm-up'));
    await sleep(SETTLE_MS);
    return await measure(app);
  } finally {
    await app.stop();
  }
}

async function measureBurst(app: TestApp) {
  const first: number[] = [];
  const second: number[] = [];
  const cpuBefore = await cpuMs();
  for (let index = 0; index < BURST; index += 1) {
    const asked = question(`burst ${index}`);
    first.push((await askOllama(app.url, asked)).firstTokenMs);
    second.push((await askOllama(app.url, followUpOf(asked))).firstTokenMs);
    await sleep(BURST_GAP_MS);
  }
  const burstCpuMs = ((await cpuMs()) - cpuBefore) / BURST;
  return { burstFirstMs: summarize(first).median, burstSecondMs: summarize(second).median, burstCpuMs };
}

async function measureClients(app: TestApp): Promise<number> {
  app.api.setDefaultAnswer(text('The answer'), pause(ANSWER_MS), text(' is forty-two.'));
  return perSecond(CLIENTS, () =>
    Promise.all(Array.from({ length: CLIENTS }, (_, index) => askOllama(app.url, question(`client ${index}`)))),
  );
}

async function measureChats(app: TestApp, turns: number): Promise<number> {
  const chat = async (index: number) => {
    let asked = question(`chat ${index}`);
    for (let turn = 0; turn < turns; turn += 1) {
      await askOllama(app.url, asked);
      asked = followUpOf(asked);
    }
  };
  return perSecond(CLIENTS * turns, () => Promise.all(Array.from({ length: CLIENTS }, (_, index) => chat(index))));
}

async function perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (count * 1_000) / (performance.now() - startedAt);
}

function question(mark: string): Question {
  return makeQuestion(MODEL, `You are the assistant of shop ${mark}. Answer briefly.`, mark);
}

/** A clock tick of /proc in ms, on every Linux. */
const TICK_MS = 10;

/** The CPU time of this process and of all that it has started, ended ones included, in ms. Linux only; 0 elsewhere. */
async function cpuMs(): Promise<number> {
  if (process.platform !== 'linux') return 0;
  const stats = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(readStat));
  const byPid = new Map(stats.flatMap((stat) => (stat ? [[stat.pid, stat] as const] : [])));
  let total = 0;
  for (const { pid, ticks } of byPid.values()) {
    let ancestor: number | undefined = pid;
    while (ancestor !== undefined && ancestor !== process.pid) ancestor = byPid.get(ancestor)?.parent;
    if (ancestor === process.pid) total += ticks;
  }
  return total * TICK_MS;
}

/** Undefined where the process has ended meanwhile. */
async function readStat(name: string): Promise<{ pid: number; parent: number; ticks: number } | undefined> {
  const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in parentheses, in which there may be spaces.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (!fields) return undefined;
  const field = (index: number) => Number(fields[index]);
  return { pid: Number(name), parent: field(1), ticks: field(11) + field(12) + field(13) + field(14) };
}
