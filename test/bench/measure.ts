/** The benchmark's rounds: each measures every row in the same order, each time on an idle machine with a spare process ready. */
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment } from '../../app/claude/installation/environment';
import { claudeArguments } from '../../app/claude/process/arguments';
import { claudePath, cliEnvironment } from '../support/cli';
import { text, toolUse } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';
import { askSpawned, type BareProcess, startBareProcess } from './bareProcess';
import { askForTool, askMessagesApi, askOllama, askOpenai, type TimedAnswer } from './httpRequests';
import { waitForIdleCpu } from './idleCpu';
import { ANSWER, followUpOf, makeQuestion, TOOL } from './question';

/** The rows of the table, with their titles. */
export const ROWS = {
  api: 'the Messages API called directly',
  spawned: '`claude -p` spawned for the request',
  bareFirst: 'bare process started ahead, first turn',
  ollamaNew: 'Claudacity /api/chat, new system prompt',
  ollamaSeen: 'Claudacity /api/chat, the last system prompt',
  openaiNew: 'Claudacity /v1/chat/completions, new system prompt',
  openaiSeen: 'Claudacity /v1/chat/completions, the last system prompt',
  bareNext: 'bare process, next turn',
  followUp: 'Claudacity /api/chat, follow-up',
  regenerated: 'Claudacity /api/chat, the last of 30 answers again',
  toolResult: 'Claudacity /api/chat, after the result of a tool',
  history: 'Claudacity /api/chat, history of 100 turns, first seen',
} as const;
/** The key of a row. */
export type RowName = keyof typeof ROWS;

/** The results of a run. */
export interface Measurements {
  readonly machine: string;
  readonly cli: string;
  readonly rounds: number;
  /** Ms to the first token, in order of the rounds. */
  readonly samples: Readonly<Record<RowName, readonly number[]>>;
  /** The distinct values of `x-claudacity-path` that the server sent for each row. */
  readonly served: Readonly<Partial<Record<RowName, readonly string[]>>>;
  /** How often the benchmark waited for an idle machine. */
  readonly waits: number;
  /** How many of these waits ended with the machine still busy. */
  readonly busyWaits: number;
}

/** Rounds before the measured ones, in which code is compiled and files are cached. */
const WARM_UP_ROUNDS = 2;
const MODEL = 'sonnet';
const SYSTEM = 'You are the assistant of a small bookshop. Answer briefly and kindly, and never invent a title.';
const HISTORY_TURNS = 100;
const REGENERATED_TURNS = 30;
/** Per round. Follow-ups are so fast that one sample shows mostly what else the machine does. */
const FOLLOW_UPS = 5;
const REGENERATIONS = 3;

/** Time that a spare gets after its start, because the CLI is busy with its own initialization for most of a second. */
const SETTLE_MS = 1_200;
const SPARE_TIMEOUT_MS = 30_000;

/**
 * Runs the benchmark.
 * @param rounds how many are measured, after the warm-up
 * @param waitForIdle whether to wait for an idle CPU before each measurement
 * @param progress gets one line per step
 * @throws if a request is not answered, or no spare process becomes ready
 */
export async function measure(
  rounds: number,
  waitForIdle: boolean,
  progress: (line: string) => void,
): Promise<Measurements> {
  progress('Starting');
  const app = await startTestApp();
  app.api.setDefaultAnswer(text(...ANSWER));
  let bareProcess: BareProcess | undefined;
  try {
    const samples = forEachRow((): number[] => []);
    const served = forEachRow(() => new Set<string>());
    let waits = 0;
    let busyWaits = 0;

    const idle = async () => {
      if (!waitForIdle) return;
      waits += 1;
      if (!(await waitForIdleCpu())) busyWaits += 1;
    };
    const idleWithSpare = async () => {
      await waitForSpare(app);
      await idle();
    };
    const sample = async (row: RowName, send: () => Promise<number | TimedAnswer>, wait = idleWithSpare) => {
      await wait();
      const result = await send();
      samples[row].push(typeof result === 'number' ? result : result.firstTokenMs);
      if (typeof result !== 'number' && result.served !== '') served[row].add(result.served);
    };

    const env = childEnvironment(cliEnvironment(app.api, app.home), { ownPorts: [app.port] });
    const command = {
      path: claudePath(),
      args: claudeArguments({ isolated: true }),
      cwd: path.join(app.dataDir, 'workspace'),
      env,
    };
    const spawnArguments = command.args.filter(
      (argument, index, all) => argument !== '--input-format' && all[index - 1] !== '--input-format',
    );

    for (let round = 1 - WARM_UP_ROUNDS; round <= rounds; round += 1) {
      progress(round < 1 ? 'Warming up' : `Round ${round} of ${rounds}`);
      if (round === 1) for (const row of Object.values(samples)) row.length = 0;
      const mark = `Round ${round}`;
      const newSystem = (shop: string) => `${SYSTEM} This is ${shop} ${round}.`;
      const first = makeQuestion(MODEL, newSystem('shop'), mark);
      const other = makeQuestion(MODEL, newSystem('branch'), mark);
      const chat = makeQuestion(MODEL, other.system, `${mark}, again`, REGENERATED_TURNS - 1);
      const long = makeQuestion(MODEL, other.system, `${mark}, at length`, HISTORY_TURNS);

      await sample('api', () => askMessagesApi(app.api.url, first));
      await sample('spawned', () => askSpawned({ ...command, args: spawnArguments }, first));
      const warm = startBareProcess(command);
      bareProcess = warm;
      await sample('bareFirst', () => warm.firstTurn(first));
      await sample('ollamaNew', () => askOllama(app.url, first));
      await endConversations(app);
      await sample('ollamaSeen', () => askOllama(app.url, first));
      await idleWithSpare();
      for (let next = followUpOf(first), left = FOLLOW_UPS; left > 0; next = followUpOf(next), left -= 1) {
        await sample('bareNext', () => warm.nextTurn(next), idle);
        await sample('followUp', () => askOllama(app.url, next), idle);
      }
      await warm.end();
      await endConversations(app);
      await idleWithSpare();
      app.api.answer(toolUse(TOOL.name, {}));
      const sendToolResult = await askForTool(app.url, first);
      await sample('toolResult', sendToolResult);
      await endConversations(app);
      await sample('openaiNew', () => askOpenai(app.url, other));
      await endConversations(app);
      await sample('openaiSeen', () => askOpenai(app.url, other));
      await endConversations(app);
      await askOllama(app.url, chat);
      await idleWithSpare();
      // With the pauses of the follow-ups, with which they are compared: a process that has rested is slower.
      for (let count = 0; count < REGENERATIONS; count += 1)
        await sample('regenerated', () => askOllama(app.url, chat), idle);
      await endConversations(app);
      await sample('history', () => askOllama(app.url, long));
      await endConversations(app);
    }
    return {
      machine: `${os.cpus().length} cores (${os.cpus()[0]?.model.trim()}), ${process.platform}, Node ${process.versions.node}`,
      cli: app.core.snapshot().cli.version ?? '',
      rounds,
      samples,
      served: forEachRow((row) => [...served[row]]),
      waits,
      busyWaits,
    };
  } finally {
    await bareProcess?.end();
    await app.stop();
  }
}

function forEachRow<T>(value: (row: RowName) => T): Record<RowName, T> {
  const rows = Object.keys(ROWS) as RowName[];
  return Object.fromEntries(rows.map((row) => [row, value(row)])) as Record<RowName, T>;
}

/** Waits until there is a spare process and the number of spares has not changed for `SETTLE_MS`. */
async function waitForSpare(app: TestApp): Promise<void> {
  const deadline = performance.now() + SPARE_TIMEOUT_MS;
  let lastCount = -1;
  let changedAt = performance.now();
  for (;;) {
    const { spares } = app.core.snapshot();
    const now = performance.now();
    if (spares !== lastCount) {
      lastCount = spares;
      changedAt = now;
    }
    if (spares > 0 && now - changedAt > SETTLE_MS) return;
    if (now > deadline) throw new Error(`no spare process became ready in ${SPARE_TIMEOUT_MS / 1000} s`);
    await sleep(20);
  }
}

/** Ends all conversations, so that the next request is a first turn and the pool has room for its process. */
async function endConversations(app: TestApp): Promise<void> {
  await Promise.all(app.core.snapshot().conversations.map(({ id }) => app.core.calls['conversations.end'](id)));
}
