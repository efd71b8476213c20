/**
 * What the window is shown of a conversation and of its request is true at every moment. The tests look at every value that is pushed, and
 * hold the API back at each stage until the stage has been shown.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Subscription } from '../../app/core/topics';
import type { ConversationRow, RequestRow } from '../../app/shared/contract';
import { allTokens } from '../../renderer/ui/format';
import { ask, assistant, startStream, uniqueWord, user } from '../support/conversation';
import { gate, hang, text, thinking, toolUse, usage } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
let subscription: Subscription;
/** Every value that was pushed in the test, per conversation and per request, in order. */
let conversations: Map<string, ConversationRow[]>;
let requests: Map<string, RequestRow[]>;
/** What the latest push says. */
let shown: readonly ConversationRow[];

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

beforeEach(() => {
  app.api.reset();
  [conversations, requests, shown] = [new Map(), new Map(), []];
  subscription = app.core.topics.subscribe(['conversations', 'requests'], ({ snapshot, values }) => {
    if (values.conversations) shown = values.conversations;
    for (const row of values.conversations ?? []) remember(conversations, row);
    // The rows of a snapshot are of earlier tests.
    for (const row of snapshot ? [] : (values.requests ?? [])) remember(requests, row);
  });
});

afterEach(() => {
  subscription.close();
  for (const samples of conversations.values()) checkConversation(samples);
  for (const samples of requests.values()) checkRequest(samples);
});

function remember<Row extends { id: string }>(all: Map<string, Row[]>, row: Row): void {
  all.set(row.id, [...(all.get(row.id) ?? []), structuredClone(row)]);
}

/** Two phases that follow each other within one batch of pushes are shown as the later one, so a phase can be skipped. */
const NEXT: Record<ConversationRow['phase'], readonly ConversationRow['phase'][]> = {
  preparing: ['answering', 'idle', 'waiting_for_tool'],
  answering: ['idle', 'waiting_for_tool', 'preparing'],
  waiting_for_tool: ['preparing', 'answering', 'idle', 'parked'],
  idle: ['preparing', 'answering', 'waiting_for_tool', 'parked'],
  parked: ['preparing', 'answering', 'idle', 'waiting_for_tool'],
};

function checkConversation(samples: readonly ConversationRow[]): void {
  for (const [index, row] of samples.entries()) {
    const before = samples[index - 1];
    const isBusy = row.phase === 'preparing' || row.phase === 'answering';
    expect(row.expiresAt === null, `when a process ends is shown while it is idle only: ${JSON.stringify(row)}`).toBe(
      isBusy,
    );
    if (row.phase === 'parked') expect(row.pid).toBeNull();
    else if (row.phase !== 'preparing') expect(row.pid).toEqual(expect.any(Number));
    if (!before) continue;
    if (row.phase !== before.phase) expect(NEXT[before.phase]).toContain(row.phase);
    expect(allTokens(row.usage)).toBeGreaterThanOrEqual(allTokens(before.usage));
    expect(row.usage.costUsd).toBeGreaterThanOrEqual(before.usage.costUsd);
    expect(row.turns - before.turns, 'a turn is counted when its answer has ended').toBeGreaterThanOrEqual(0);
    if (isBusy) expect(row.usage.output).toBe(before.usage.output);
  }
}

const REQUEST_STAGES: readonly RequestRow['phase'][] = ['waiting', 'streaming'];

function checkRequest(samples: readonly RequestRow[]): void {
  for (const [index, row] of samples.entries()) {
    const before = samples[index - 1];
    const hasEnded = !REQUEST_STAGES.includes(row.phase);
    expect(row.durationMs !== null).toBe(hasEnded);
    expect(row.status !== null).toBe(hasEnded);
    if (row.firstTokenMs !== null) expect(row.loadMs).toBeLessThanOrEqual(row.firstTokenMs);
    if (row.phase === 'streaming') expect(row.firstTokenMs).not.toBeNull();
    if (!hasEnded && row.usage?.output)
      expect(row.phase, 'an output is shown when the answer is complete').toBe('done');
    if (row.phase === 'done') {
      const known = expect.any(Number);
      expect(row).toMatchObject({ loadMs: known, firstTokenMs: known, durationMs: known });
      expect(row.usage).toMatchObject({ output: known, costUsd: known });
    }
    if (!before) continue;
    expect(REQUEST_STAGES, `nothing follows the end of a request: ${row.phase}`).toContain(before.phase);
    if (before.firstTokenMs !== null)
      expect([row.loadMs, row.firstTokenMs]).toEqual([before.loadMs, before.firstTokenMs]);
    // Another process may take the place of one that died before it answered; the prompt is sent anew then.
    if (before.loadMs !== null) expect(row.loadMs).toBeGreaterThanOrEqual(before.loadMs);
    if (before.usage) expect(row.usage).toMatchObject({ input: before.usage.input, cacheRead: before.usage.cacheRead });
  }
}

/** Waits until the conversation has been shown like this, in the latest push. */
function expectShown(conversation: string | null, state: Partial<ConversationRow>): Promise<void> {
  return vi.waitFor(() => expect(shown.find(({ id }) => id === conversation)).toMatchObject(state), {
    timeout: 10_000,
  });
}

/** Waits until the only request of this test has been shown like this. */
function expectRequestShown(state: Partial<Record<keyof RequestRow, unknown>>): Promise<void> {
  const latest = () => [...requests.values()].at(-1)?.at(-1);
  return vi.waitFor(() => expect(latest()).toMatchObject(state), { timeout: 10_000 });
}

describe('the state of a conversation is pushed', () => {
  test('while a new one waits for the API, answers, and has answered', async () => {
    const [first, rest] = [gate(), gate()];
    app.api.answer(first, thinking('Hm'), text('Hel'), rest, text('lo'), usage({ input: 30, cacheRead: 7, output: 4 }));
    const answer = ask(app, [user(uniqueWord())]);

    await first.reached;
    await vi.waitFor(() => expect(shown.find(({ phase }) => phase === 'answering')).toBeDefined());
    const id = shown.find(({ phase }) => phase === 'answering')?.id ?? '';
    await expectShown(id, { phase: 'answering', pid: expect.any(Number), expiresAt: null, turns: 0 });
    await expectRequestShown({ phase: 'waiting', loadMs: expect.any(Number), firstTokenMs: null, usage: null });

    first.open();
    await rest.reached;
    await expectShown(id, {
      phase: 'answering',
      usage: expect.objectContaining({ input: 30, cacheRead: 7, output: 0 }),
    });
    const known = expect.any(Number);
    await expectRequestShown({
      loadMs: known,
      firstTokenMs: known,
      usage: expect.objectContaining({ input: 30, output: null, costUsd: null }),
    });

    rest.open();
    expect((await answer).text).toBe('Hello');
    await expectShown(id, { phase: 'idle', turns: 1, usage: expect.objectContaining({ input: 30, output: 4 }) });
    await expectRequestShown({ phase: 'done', usage: expect.objectContaining({ output: 4, costUsd: known }) });
  });

  test('when a follow-up takes a live one, which then no longer “ends in 5 min”', async () => {
    const question = uniqueWord();
    const first = await ask(app, [user(question)]);
    await expectShown(first.conversation, { phase: 'idle', turns: 1 });

    const rest = gate();
    app.api.answer(text('Hel'), rest, text('lo'), usage({ input: 20, output: 3 }));
    const stream = await startStream(app, [user(question), assistant(first.text), user('And?')]);
    await expectShown(first.conversation, { phase: 'answering', expiresAt: null, turns: 1 });
    await expectRequestShown({ phase: 'streaming', loadMs: expect.any(Number), firstTokenMs: expect.any(Number) });
    rest.open();
    await stream.rest();

    await expectShown(first.conversation, { phase: 'idle', turns: 2 });
    await expectRequestShown({ phase: 'done', usage: expect.objectContaining({ input: 20, output: 3 }) });
  });

  test('when it waits for a tool, and goes on with the result', async () => {
    const question = user(uniqueWord());
    const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } }];
    const inCall = gate();
    app.api.answer(text('Let me see.'), inCall, toolUse('weather', {}, { id: 'toolu_1' }), usage({ output: 9 }));
    const call = ask(app, [question], { tools });
    await inCall.reached;
    await vi.waitFor(() => expect(shown.find(({ phase }) => phase === 'answering')).toBeDefined());
    inCall.open();
    const { conversation } = await call;
    await expectShown(conversation, { phase: 'waiting_for_tool', expiresAt: expect.any(Number), turns: 1 });

    const rest = gate();
    app.api.answer(text('Sun'), rest, text('ny'), usage({ output: 2 }));
    const toolCall = { id: 'toolu_1', type: 'function', function: { name: 'weather', arguments: '{}' } };
    const result = { role: 'tool' as const, tool_call_id: 'toolu_1', content: 'Sun' };
    const resumed = { ...assistant('Let me see.'), tool_calls: [toolCall] };
    const answer = ask(app, [question, resumed, result], { tools });
    await rest.reached;
    await expectShown(conversation, { phase: 'answering', expiresAt: null, turns: 1 });
    rest.open();
    expect((await answer).conversation).toBe(conversation);
    await expectShown(conversation, { phase: 'idle', turns: 2, usage: expect.objectContaining({ output: 11 }) });
  });

  test('when its process dies before it has answered, and another takes its place', async () => {
    const question = uniqueWord();
    const first = await ask(app, [user(question)]);
    await expectShown(first.conversation, { phase: 'idle' });
    const { pid: firstPid } = shown.find(({ id }) => id === first.conversation) as ConversationRow;

    app.api.reset();
    app.api.answer(hang());
    const rest = gate();
    app.api.answer(rest, text('Again.'));
    const answer = ask(app, [user(question), assistant(first.text), user('And?')]);
    await app.api.waitForRequest(1);
    process.kill(firstPid as number, 'SIGKILL');
    await rest.reached;
    await vi.waitFor(() => expect(shown.find(({ id }) => id === first.conversation)?.pid).not.toBe(firstPid));
    await expectShown(first.conversation, { phase: 'answering', pid: expect.any(Number), turns: 1 });
    rest.open();
    expect((await answer).text).toBe('Again.');
    await expectShown(first.conversation, { phase: 'idle', turns: 2 });
  });

  test('when it is ended in mid-answer: it disappears, and no output is made up', async () => {
    app.api.answer(text('Hel'), hang(), usage({ input: 12 }));
    const stream = await startStream(app, [user(uniqueWord())]);
    await expectShown(stream.conversation, { phase: 'answering' });
    await app.core.calls['conversations.end'](stream.conversation ?? '');
    await stream.rest();
    await vi.waitFor(() => expect(shown.find(({ id }) => id === stream.conversation)).toBeUndefined());
    await expectRequestShown({
      durationMs: expect.any(Number),
      usage: expect.objectContaining({ input: 12, output: null }),
    });
  });

  test('when its process dies in mid-answer: it disappears, and the request has ended', async () => {
    app.api.answer(text('Hel'), hang(), usage({ input: 12 }));
    const stream = await startStream(app, [user(uniqueWord())]);
    await expectShown(stream.conversation, { phase: 'answering' });
    process.kill(shown.find(({ id }) => id === stream.conversation)?.pid as number, 'SIGKILL');
    await stream.rest();
    await vi.waitFor(() => expect(shown.find(({ id }) => id === stream.conversation)).toBeUndefined());
    await expectRequestShown({ phase: 'failed', usage: expect.objectContaining({ input: 12, output: null }) });
  });

  test('when the client hangs up', async () => {
    app.api.answer(text('Hel'), hang());
    const stream = await startStream(app, [user(uniqueWord())]);
    await expectShown(stream.conversation, { phase: 'answering' });
    stream.hangUp();
    await vi.waitFor(() => expect(shown.find(({ id }) => id === stream.conversation)).toBeUndefined());
    await expectRequestShown({ phase: 'cancelled', firstTokenMs: expect.any(Number) });
  });
});
