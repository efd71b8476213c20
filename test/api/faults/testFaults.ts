/**
 * Tests of faults, and the tables that they make of context/FAULTS.md. Each fault is injected into a request of each dialect, streamed and
 * not, in an app that the tests of the file share. What the clients saw and what the app showed become a row; the tests fail where anything is lost or
 * left over, or where two answers are glued together.
 */
import fs from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trayStatus } from '../../../app/desktop/tray/trayStatus';
import type { RequestRow } from '../../../app/shared/contract';
import { problemsOf } from '../../../app/shared/problems';
import { statusText } from '../../../renderer/requests/list/requestStatus';
import { leftoverProcesses, removeFolder, scratchFolder } from '../../support/cli';
import { transcriptSeenByApi, uniqueWord } from '../../support/conversation';
import {
  DIALECTS,
  type Dialect,
  type FaultMessage,
  type FaultRequest,
  type Outcome,
  request,
} from '../../support/dialectClient';
import { type Gate, type Step, text } from '../../support/messagesApi';
import { send } from '../../support/send';
import { startTestApp, type TestApp, type TestAppOptions } from '../../support/testApp';
import { acrossDialects, type FaultRow, withTable } from './faultTable';

const DOCUMENT = 'context/FAULTS.md';

/** Longer than anything takes on a busy computer. */
const SOON = { timeout: 30_000 };

export interface FaultTest {
  /** The deadline that ends the wait, for the table. Default: the client is answered, or told, at once. */
  readonly when?: string;
  /**
   * What the API answers to the request; default: the text `OK`. Called for each request, since gates can be used once.
   * @param word the word by which the request is known, also the name of its client
   */
  answer?(word: string): readonly Step[];
  /** Whether the API answers like this however often it is asked; otherwise it answers `OK` the second time. */
  readonly lasts?: boolean;
  /** Whether the client offers the tool `weather`. */
  readonly tools?: boolean;
  /** Makes the messages of a request, with a word by which it is known; default: a question. */
  messages?(app: TestApp, dialect: Dialect, word: string): Promise<readonly FaultMessage[]>;
  /** Sends the request, where the fault is in how it is sent. */
  send?(app: TestApp, dialect: Dialect, options: FaultRequest): Promise<Outcome>;
  /** Injects the fault before the requests are sent. */
  before?(app: TestApp): Promise<void> | void;
  /** Injects the fault into each request when all gates of its answer are reached. `pid` is that of the process that answers. */
  during?(app: TestApp, pid: number, gates: readonly Gate[]): Promise<void> | void;
  /** Inject only once the client has received, or would have if it streamed, a part of the answer. */
  readonly at?: 'output';
  /** Undoes the fault, where the app cannot recover without. */
  heal?(app: TestApp): Promise<void> | void;
  /** What the client is to get, by the ending of its answer. */
  readonly expected: { readonly whole: Outcome['ending']; readonly streamed: Outcome['ending'] };
}

export const TOLD = { whole: 'error', streamed: 'error' } as const;
export const ANSWERED = { whole: 'complete', streamed: 'complete' } as const;

/** With these, six requests, two witnesses and the spares have room at the same time. */
export const SETTINGS = { maxProcesses: 12 };

/** Faults of a group that share an app. */
export interface FaultPart {
  readonly faults: Readonly<Record<string, FaultTest>>;
  /** What differs from an app that is started for the first time. @param home the CLI's home, an empty folder */
  options?(home: string): Promise<TestAppOptions> | TestAppOptions;
  /** Whether this computer cannot have the faults; the table is not compared then. */
  readonly skipped?: boolean;
  /** Undoes what `options` has done, when the app has ended. */
  end?(): void;
}

/** Tests the faults of a group, in order, and compares or writes the group's table. */
export function testFaults(group: string, ...parts: readonly FaultPart[]): void {
  const rows: FaultRow[] = [];
  for (const part of parts) describe.skipIf(part.skipped)(group, () => testPart(part, rows));

  const complete = parts.every(({ skipped = false }) => !skipped);
  test.skipIf(!complete)(
    `the table “${group}” of ${DOCUMENT} has the results of these tests (npm run test:faults writes it)`,
    () => {
      const document = fs.readFileSync(DOCUMENT, 'utf8');
      const updated = withTable(document, group, rows);
      if (process.env.CLAUDACITY_FAULTS_TABLE === 'write') fs.writeFileSync(DOCUMENT, updated);
      else expect(document).toBe(updated);
    },
  );
}

function testPart({ faults, options = () => ({}), end }: FaultPart, rows: FaultRow[]): void {
  let app: TestApp | undefined;
  let home: string;
  let resources: string[];

  beforeAll(async () => {
    home = await scratchFolder();
    resources = process.getActiveResourcesInfo();
    app = await startTestApp({ settings: SETTINGS, ...(await options(home)), home });
  });
  afterAll(async () => {
    await app?.stop();
    end?.();
    await removeFolder(home);
  });

  for (const [name, fault] of Object.entries(faults)) {
    test(name, { timeout: 180_000 }, async () => {
      if (!app) throw new Error('the app was not started');
      await becomesHealthy(app);
      const witness = await startWitness(app);
      const runs = await runAll(app, fault);
      await becomesHealthy(app);
      const lost = await witness.check();
      const left = await leftOver(app);
      rows.push(rowOf(name, fault, runs, lost, left));
      for (const { dialect, stream, outcome } of runs) {
        const expected = stream ? fault.expected.streamed : fault.expected.whole;
        expect(outcome.ending, `${dialect}, ${stream ? 'streamed' : 'whole'}: ${JSON.stringify(outcome)}`).toBe(
          expected,
        );
      }
      expect([lost, left]).toEqual(['nothing', 'nothing']);
    });
  }

  test(`no timer, connection, pipe or file is left when the app ends: ${Object.keys(faults).join('; ')}`, async () => {
    await app?.stop();
    await expect.poll(() => added(resources), SOON).toEqual([]);
  });
}

/** What keeps this process running, besides what did before. */
function added(before: readonly string[]): string[] {
  const rest = [...before];
  return process.getActiveResourcesInfo().filter((name) => {
    const index = rest.indexOf(name);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}

/** Where the server is now: each start takes a new port. */
export function urlOf(app: TestApp): string {
  return app.core.snapshot().server.url;
}

/** Waits until the app says that it can answer. */
export async function becomesHealthy(app: TestApp): Promise<void> {
  await expect.poll(async () => (await send(`${urlOf(app)}/health`)).status, { timeout: 60_000 }).toBe(200);
}

interface Run {
  readonly dialect: Dialect;
  readonly stream: boolean;
  readonly outcome: Outcome;
  /** The request's row in the log when it has ended. */
  readonly row: RequestRow;
  /** What the app shows right after the request, besides its row. */
  readonly shown: readonly string[];
  /** How often the model was asked. */
  readonly asked: number;
}

/** Injects the fault into a request of each dialect, streamed and not, all at once. */
async function runAll(app: TestApp, fault: FaultTest): Promise<Run[]> {
  app.api.reset();
  const scripts = new Map<string, readonly Step[]>();
  app.api.chooseAnswer(({ history }) => {
    const seen = JSON.stringify(history);
    const word = [...scripts.keys()].find((one) => seen.includes(one));
    const script = word === undefined ? undefined : scripts.get(word);
    if (word !== undefined && !fault.lasts) scripts.delete(word);
    return script;
  });
  const requests = await Promise.all(
    [false, true].flatMap((stream) =>
      DIALECTS.map(async (dialect) => {
        const word = uniqueWord('fault');
        const messages = (await fault.messages?.(app, dialect, word)) ?? [{ role: 'user' as const, text: word }];
        return { dialect, stream, word, messages };
      }),
    ),
  );
  await fault.before?.(app);
  // The fault of one request must not keep another one from reaching its stage.
  const reached = barrier(requests.length);
  const send = async (one: (typeof requests)[number]) => {
    const script = fault.answer?.(one.word) ?? [text('OK')];
    scripts.set(one.word, script);
    return run(app, one, script, fault, reached);
  };
  const runs = await Promise.all(requests.map(send));
  await fault.heal?.(app);
  return runs;
}

async function run(
  app: TestApp,
  {
    dialect,
    stream,
    word,
    messages,
  }: Pick<Run, 'dialect' | 'stream'> & { word: string; messages: readonly FaultMessage[] },
  script: readonly Step[],
  fault: FaultTest,
  reached: () => Promise<void>,
): Promise<Run> {
  const countAsked = () => app.api.requests.filter(({ history }) => JSON.stringify(history).includes(word)).length;
  const askedBefore = countAsked();
  const options = { messages, stream, tools: fault.tools ?? false, client: word };
  const ended = fault.send?.(app, dialect, options) ?? request(urlOf(app), dialect, options);
  const find = () => app.core.snapshot().requests.find(({ client }) => client === word);
  if (fault.during) {
    const gates = script.flatMap(gatesOf);
    await Promise.all(gates.map((gate) => gate.reached));
    if (fault.at === 'output') await expect.poll(() => find()?.firstTokenMs ?? null, SOON).not.toBeNull();
    const pid = app.core.snapshot().conversations.find(({ client }) => client === word)?.pid;
    if (!pid) throw new Error(`no process answers ${word}`);
    await reached();
    await fault.during(app, pid, gates);
  }
  const outcome = await ended;
  await expect.poll(() => find()?.durationMs ?? null, SOON).not.toBeNull();
  const asked = countAsked() - askedBefore;
  const shown = await problemsShown(app);
  checkGlue(script, outcome);
  return { dialect, stream, outcome, row: find() as RequestRow, shown, asked };
}

/** Returns a function whose promises resolve when it has been called so many times. */
function barrier(count: number): () => Promise<void> {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let missing = count;
  return () => {
    missing -= 1;
    if (missing === 0) open();
    return opened;
  };
}

/** The banners of the window, the tray and `/health`, where they show a problem. */
async function problemsShown(app: TestApp): Promise<string[]> {
  const { server, cli, storage } = app.core.snapshot();
  const banners = problemsOf({ server, cli, storage }).map(({ message }) => message);
  const notices = storage.quarantined.map(({ reason }) => `notice with “Restore”: the database is ${reason}`);
  if (banners.length === 0) return notices;
  const tray = trayStatus(server, cli, storage);
  const health = await send(`${urlOf(app)}/health`).catch(() => undefined);
  return [
    ...notices,
    ...banners.map((message) => (message === tray.text ? `banner and tray: “${message}”` : `banner: “${message}”`)),
    `\`/health\`: ${health?.status ?? 'no answer'}`,
  ];
}

function gatesOf(step: Step): Gate[] {
  if (step.kind === 'gate') return [step];
  return step.kind === 'tool_use' && step.halfway ? [step.halfway] : [];
}

/** The client has the beginning of the first answer, or the whole of one answer, and never parts of two. */
function checkGlue(script: readonly Step[], { text: received, thinking, calls }: Outcome): void {
  if (received === 'OK') {
    expect([thinking, calls], 'glued to the answer of another process').toEqual(['', []]);
    return;
  }
  const first = script.flatMap((step) => (step.kind === 'text' ? step.deltas : [])).join('');
  const thoughts = script.flatMap((step) => (step.kind === 'thinking' ? step.deltas : [])).join('');
  const inputs = script.flatMap((step) => (step.kind === 'tool_use' ? [step.pieces.join('')] : []));
  expect(first.startsWith(received), `glued text: ${received}`).toBe(true);
  expect(thoughts.startsWith(thinking), `glued thinking: ${thinking}`).toBe(true);
  expect(calls.length, `glued calls: ${calls.join(' ')}`).toBeLessThanOrEqual(inputs.length);
  for (const [index, call] of calls.entries())
    expect(inputs[index]?.startsWith(call), `glued input: ${call}`).toBe(true);
}

interface Witness {
  /** Continues both conversations, and says what is missing of them. */
  check(): Promise<string>;
}

/** Two conversations that have nothing to do with the fault: one that the app keeps under an id, one that the client keeps. */
async function startWitness(app: TestApp): Promise<Witness> {
  app.api.reset();
  const id = uniqueWord('kept');
  const [first, second] = [uniqueWord('first'), uniqueWord('second')];
  const ask = async (messages: readonly FaultMessage[], name?: string) => {
    const answer = await request(urlOf(app), 'OpenAI', {
      messages,
      stream: false,
      ...(name !== undefined && { id: name }),
    });
    return answer.ending === 'complete' ? answer.text : `${answer.status} ${answer.message}`;
  };
  for (const name of [id, undefined]) {
    const answer = await ask([{ role: 'user', text: first }], name);
    if (answer !== 'OK') throw new Error(`the app does not answer before the fault: ${answer}`);
  }
  return {
    check: async () => {
      app.api.reset();
      const history = [{ role: 'user', text: first } as const, { role: 'assistant', text: 'OK' } as const];
      const answers = [
        await ask([{ role: 'user', text: second }], id),
        await ask([...history, { role: 'user', text: second }]),
      ];
      const complete = `user: ${first}\nassistant: OK\nuser: ${second}`;
      const seen = app.api.requests.map((one) => transcriptSeenByApi(one).join('\n'));
      const names = ['the stored conversation', 'the conversation of the client'];
      const missing = names.filter((_, index) => seen[index] !== complete);
      return missing.length === 0 ? 'nothing' : `${missing.join(', ')}: ${answers.join(', ')}`;
    },
  };
}

/** Processes that no conversation has, files of the pool, and requests without an end. */
async function leftOver(app: TestApp): Promise<string> {
  const remaining = async () => {
    const { conversations, spares, requests } = app.core.snapshot();
    const processes = (await leftoverProcesses(app.home)).filter(
      ({ command }) => !command.includes('node_modules/.bin/vitest'),
    );
    const files = await readdir(path.join(app.dataDir, 'replay')).catch(() => []);
    return [
      ...(processes.length > conversations.length + spares
        ? [`${processes.length - conversations.length - spares} processes`]
        : []),
      ...files,
      ...requests.filter(({ durationMs }) => durationMs === null).map(({ path: route }) => `a request of ${route}`),
      ...conversations.filter(({ phase }) => phase === 'preparing' || phase === 'answering').map(({ id }) => id),
    ].join(', ');
  };
  await expect
    .poll(remaining, SOON)
    .toBe('')
    .catch(() => undefined);
  return (await remaining()) || 'nothing';
}

function rowOf(name: string, { when }: FaultTest, runs: readonly Run[], lost: string, left: string): FaultRow {
  const cells = (stream: boolean) =>
    acrossDialects(new Map(runs.filter((one) => one.stream === stream).map((one) => [one.dialect, received(one)])));
  const messages = [...new Set(runs.map(({ outcome }) => steady(outcome.message)))].filter((message) => message !== '');
  const statuses = [...new Set(runs.map(({ row }) => statusText(row)))].join(', ');
  const shown = [...new Set(runs.flatMap((one) => one.shown.map(steady)))];
  return {
    fault: name,
    when: when ?? (runs.some(({ outcome }) => outcome.ending === 'error') ? 'at once' : ''),
    whole: cells(false),
    streamed: cells(true),
    message: messages.map((message) => `“${message}”`).join(' or '),
    shown: [`log: ${statuses}`, ...shown].join('; '),
    lost,
    left,
  };
}

/** What the client has, in words. */
function received({ outcome: { status, text: answer, thinking, calls, ending }, asked, stream }: Run): string {
  const parts = [thinking && 'thinking', answer && 'text', calls.length > 0 && 'a call'].filter(Boolean).join(', ');
  switch (ending) {
    case 'complete':
      return asked > 1 ? 'the answer of another process' : 'the answer';
    case 'error':
      return stream && status === 200 ? `200${parts && `, ${parts}`}, error in the stream` : String(status);
    case 'cut':
      return status === 0 ? '–' : `${status}${parts && `, ${parts}`}, connection cut`;
    case 'hangs':
      return '**hangs**';
  }
}

/** Without what differs from run to run. */
function steady(message: string): string {
  return (
    message
      .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z?\b/g, '(time)')
      .replaceAll(/\/[\w./-]*claudacity-test-\w+/g, '(folder)')
      .replaceAll(/\b(pid|process) \d+/g, '$1 (pid)')
      .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:(port)')
      .replaceAll(/\b[\d.]+ s\b/g, '(n) s')
      // With the date where that is another day.
      .replaceAll(/\buntil (\d+ \w+, )?\d\d:\d\d\b/g, 'until (time)')
      .replaceAll(/\bresets [\w: ]+(\(UTC\))?/g, 'resets (time)')
      .trim()
  );
}
