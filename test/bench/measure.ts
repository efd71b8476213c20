/** The rounds: each way of asking once a round, in the same order, each on a quiet machine with a spare ready. */
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment } from '../../app/claude/installation/environment';
import { claudeArguments } from '../../app/claude/process/claudeProcess';
import { claudePath, cliEnvironment } from '../support/cli';
import { text, toolUse } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';
import { askSpawned, type BareProcess, startBareProcess } from './bareProcess';
import { type Answered, askForTool, askMessagesApi, askOllama, askOpenai } from './overHttp';
import { ANSWER, followUp, question, TOOL } from './question';
import { quiet } from './quiet';

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
  toolResult: 'Claudacity /api/chat, after the result of a tool',
  history: 'Claudacity /api/chat, history of 100 turns, first seen',
} as const;
export type RowName = keyof typeof ROWS;

export interface Measurements {
  readonly machine: string;
  readonly cli: string;
  readonly rounds: number;
  /** Ms to the first token, by round. */
  readonly samples: Readonly<Record<RowName, readonly number[]>>;
  /** How the server says that it served each row, every way that occurred. */
  readonly served: Readonly<Partial<Record<RowName, readonly string[]>>>;
  /** How often the machine did not become quiet before a measurement, and how often it was waited for. */
  readonly noisy: number;
  readonly waits: number;
}

/** Rounds ahead of the measured ones, in which everything is compiled and cached. */
const WARM_UP = 2;
const MODEL = 'sonnet';
const SYSTEM = 'You are the assistant of a small bookshop. Answer briefly and kindly, and never invent a title.';
const HISTORY_TURNS = 100;
/** In a round: they take so little that what else the machine does is most of their difference. */
const FOLLOW_UPS = 5;

/** How long a process is let alone after its start: it goes on with its own affairs for most of a second. */
const SETTLE_MS = 1_200;
const SPARE_PATIENCE_MS = 30_000;

/**
 * @param waitForQuiet whether to wait, before each measurement, until nothing else takes the processor.
 * @throws where a way of asking gets no answer, and where no spare comes up.
 */
export async function measure(
  rounds: number,
  waitForQuiet: boolean,
  progress: (line: string) => void,
): Promise<Measurements> {
  progress('Starting');
  const app = await startTestApp();
  app.api.setDefaultAnswer(text(...ANSWER));
  let bare: BareProcess | undefined;
  try {
    const samples = forEachRow((): number[] => []);
    const served = forEachRow(() => new Set<string>());
    let noisy = 0;
    let waits = 0;

    const settled = async () => {
      if (!waitForQuiet) return;
      waits += 1;
      if (!(await quiet())) noisy += 1;
    };
    const ready = async () => {
      await spareReady(app);
      await settled();
    };
    const ask = async (row: RowName, how: () => Promise<number | Answered>, wait = ready) => {
      await wait();
      const answered = await how();
      samples[row].push(typeof answered === 'number' ? answered : answered.firstTokenMs);
      if (typeof answered !== 'number' && answered.served !== '') served[row].add(answered.served);
    };

    const env = childEnvironment(cliEnvironment(app.api, app.home), [app.port]);
    const command = { path: claudePath(), args: claudeArguments(true), cwd: path.join(app.dataDir, 'workspace'), env };
    const spawnArguments = command.args.filter(
      (argument, at, all) => argument !== '--input-format' && all[at - 1] !== '--input-format',
    );

    for (let round = 1 - WARM_UP; round <= rounds; round += 1) {
      progress(round < 1 ? 'Warming up' : `Round ${round} of ${rounds}`);
      if (round === 1) for (const row of Object.values(samples)) row.length = 0;
      const mark = `Round ${round}`;
      const newSystem = (of: string) => `${SYSTEM} This is ${of} ${round}.`;
      const first = question(MODEL, newSystem('shop'), mark);
      const other = question(MODEL, newSystem('branch'), mark);
      const long = question(MODEL, other.system, `${mark}, at length`, HISTORY_TURNS);

      await ask('api', () => askMessagesApi(app.api.url, first));
      await ask('spawned', () => askSpawned({ ...command, args: spawnArguments }, first));
      const warm = startBareProcess(command);
      bare = warm;
      await ask('bareFirst', () => warm.first(first));
      await ask('ollamaNew', () => askOllama(app.url, first));
      await endConversations(app);
      await ask('ollamaSeen', () => askOllama(app.url, first));
      await ready();
      for (let next = followUp(first), left = FOLLOW_UPS; left > 0; next = followUp(next), left -= 1) {
        await ask('bareNext', () => warm.next(next), settled);
        await ask('followUp', () => askOllama(app.url, next), settled);
      }
      await warm.end();
      await endConversations(app);
      await ready();
      app.api.answer(toolUse(TOOL.name, {}));
      const bringResult = await askForTool(app.url, first);
      await ask('toolResult', bringResult);
      await endConversations(app);
      await ask('openaiNew', () => askOpenai(app.url, other));
      await endConversations(app);
      await ask('openaiSeen', () => askOpenai(app.url, other));
      await endConversations(app);
      await ask('history', () => askOllama(app.url, long));
      await endConversations(app);
    }
    return {
      machine: `${os.cpus().length} cores (${os.cpus()[0]?.model.trim()}), ${process.platform}, Node ${process.versions.node}`,
      cli: app.core.snapshot().cli.version ?? '',
      rounds,
      samples,
      served: forEachRow((row) => [...served[row]]),
      noisy,
      waits,
    };
  } finally {
    await bare?.end();
    await app.stop();
  }
}

function forEachRow<T>(value: (row: RowName) => T): Record<RowName, T> {
  const rows = Object.keys(ROWS) as RowName[];
  return Object.fromEntries(rows.map((row) => [row, value(row)])) as Record<RowName, T>;
}

/** At least one, and the pool has stopped adding to them. */
async function spareReady(app: TestApp): Promise<void> {
  const giveUp = performance.now() + SPARE_PATIENCE_MS;
  let known = -1;
  let since = performance.now();
  for (;;) {
    const { spares } = app.core.snapshot();
    const now = performance.now();
    if (spares !== known) {
      known = spares;
      since = now;
    }
    if (spares > 0 && now - since > SETTLE_MS) return;
    if (now > giveUp) throw new Error(`no spare process became ready in ${SPARE_PATIENCE_MS / 1000} s`);
    await sleep(20);
  }
}

/** So that the next question is first seen, and finds room for a process. */
async function endConversations(app: TestApp): Promise<void> {
  await Promise.all(app.core.snapshot().conversations.map(({ id }) => app.core.endConversation(id)));
}
