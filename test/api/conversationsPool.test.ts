/** How long processes live and which requests wait for one: keep_alive, loading and unloading, the queue, and eviction. */
import { Ollama } from 'ollama';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, assistant, conversationRow, uniqueWord, user, waitForProcessEnd } from '../support/conversation';
import { type Gate, gate, text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

describe('an Ollama client', () => {
  let app: TestApp;
  let ollama: Ollama;

  beforeAll(async () => {
    app = await startTestApp();
    ollama = new Ollama({ host: app.url });
  });

  afterAll(() => app.stop());

  /** Makes a chat of one turn. Returns its conversation's id. */
  const chat = async (keep_alive?: string | number) => {
    const question = uniqueWord('Q');
    await ollama.chat({
      model: 'sonnet',
      messages: [{ role: 'user', content: question }],
      ...(keep_alive !== undefined && { keep_alive }),
    });
    return app.core.calls['conversations.list'](Number.POSITIVE_INFINITY, 1)[0]?.id ?? null;
  };

  test('that sends keep_alive 0 has no process left after the answer', async () => {
    await waitForProcessEnd(app, await chat(0));
  });

  test('that sends a keep_alive has its process end after that time, and not before', async () => {
    const conversation = await chat('1.5s');
    const { lastUsedAt, expiresAt } = conversationRow(app, conversation);

    expect((expiresAt ?? 0) - lastUsedAt).toBe(1_500);
    await waitForProcessEnd(app, conversation);
  });

  test('that sends a negative keep_alive keeps its process, and /api/ps says so', async () => {
    const conversation = await chat(-1);

    const { models } = await ollama.ps();

    expect(conversationRow(app, conversation).expiresAt).toBeNull();
    const [model] = models;
    expect(model?.name).toBe('sonnet:latest');
    expect(new Date(model?.expires_at ?? 0).getFullYear()).toBeGreaterThan(2200);
    expect(model?.size).toBeGreaterThan(1e6);
    await app.core.calls['conversations.end'](conversation ?? '');
  });

  test('that sends no keep_alive has its process for the time of the setting, and unloading ends it', async () => {
    const conversation = await chat();
    const { lastUsedAt, expiresAt } = conversationRow(app, conversation);
    const [model] = (await ollama.ps()).models;

    const unloaded = await ollama.chat({ model: 'sonnet', messages: [], keep_alive: 0 });

    expect((expiresAt ?? 0) - lastUsedAt).toBe(5 * 60_000);
    expect(new Date(model?.expires_at ?? 0).getTime()).toBe(expiresAt);
    expect(unloaded).toMatchObject({ done: true, done_reason: 'unload' });
    expect(app.core.snapshot().conversations).toEqual([]);
    expect((await ollama.ps()).models).toEqual([]);
  });

  test('that loads a model finds it in /api/ps until it unloads it', async () => {
    const loaded = await ollama.generate({ model: 'sonnet', prompt: '', keep_alive: '10m' });
    const during = (await ollama.ps()).models;
    await ollama.generate({ model: 'sonnet', prompt: '', keep_alive: 0 });

    expect(loaded.done_reason).toBe('load');
    expect(during.map(({ name }) => name)).toEqual(['sonnet:latest']);
    expect((await ollama.ps()).models).toEqual([]);
  });
});

describe('with more requests than processes', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ settings: { maxProcesses: 2 } });
  });

  afterAll(() => app.stop());

  beforeEach(() => app.api.reset());

  /** Sends a request, and resolves when it has arrived. */
  const send = async (question: string, signal?: AbortSignal) => {
    const arrived = () => app.core.snapshot().requests.filter(({ path }) => path === '/v1/chat/completions').length;
    const before = arrived();
    const answer = ask(app, [user(question)], {}, signal && { signal }).catch(() => undefined);
    await expect.poll(arrived, { interval: 5 }).toBe(before + 1);
    return { answer };
  };

  test('all are answered, in the order in which they came', { timeout: 60_000 }, async () => {
    const gates: Gate[] = Array.from({ length: 8 }, () => gate());
    for (const waiting of gates) app.api.answer(waiting, text('done'));
    const questions = gates.map(() => uniqueWord('Q'));
    const answers = [];
    for (const question of questions) answers.push((await send(question)).answer);
    await app.api.waitForRequest(2);

    // One request is answered at a time, so that one process at a time becomes free.
    for (const [index, waiting] of gates.entries()) {
      waiting.open();
      await app.api.waitForRequest(Math.min(index + 3, gates.length));
    }

    const statuses = (await Promise.all(answers)).map((answer) => answer?.status);
    expect(statuses).toEqual(questions.map(() => 200));
    const order = app.api.requests.map(({ history }) => history.at(-1)?.content[0]?.text);
    expect([...order.slice(0, 2).sort(), ...order.slice(2)]).toEqual([
      ...questions.slice(0, 2).sort(),
      ...questions.slice(2),
    ]);
  });

  test('a request whose client hangs up while it waits is never sent, and the next is answered', async () => {
    const waiting = gate();
    app.api.setDefaultAnswer(waiting, text('done'));
    const first = [await send(uniqueWord('Q')), await send(uniqueWord('Q'))];
    await app.api.waitForRequest(2);
    const client = new AbortController();
    const lost = uniqueWord('lost');
    const hungUp = await send(lost, client.signal);
    const last = await send(uniqueWord('Q'));

    client.abort();
    await hungUp.answer;
    waiting.open();

    expect((await last.answer)?.status).toBe(200);
    await Promise.all(first.map(({ answer }) => answer));
    expect(JSON.stringify(app.api.requests.map(({ body }) => body))).not.toContain(lost);
  });

  test('a request is refused when the queue is full, with the time to wait', async () => {
    const waiting = gate();
    app.api.setDefaultAnswer(waiting, text('done'));
    const client = new AbortController();
    const { signal } = client;
    // Two requests are answered and a hundred wait.
    const many = Array.from({ length: 103 }, () => ask(app, [user('Q')], {}, { signal }));

    const refused = await Promise.race(many);
    client.abort();
    await Promise.allSettled(many);
    await expect.poll(() => app.core.snapshot().requests.some(({ phase }) => phase === 'waiting')).toBe(false);

    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    waiting.open();
    expect((await ask(app, [user(uniqueWord('Q'))])).status).toBe(200);
  });
});

test('the least recently used conversation ends first where processes are not reused', async () => {
  const app = await startTestApp({ settings: { maxProcesses: 3, reuseProcesses: false } });
  try {
    const [one, two] = [uniqueWord('Q'), uniqueWord('Q')];
    const first = await ask(app, [user(one)]);
    const second = await ask(app, [user(two)]);
    await ask(app, [user(one), assistant('OK'), user('again')]);

    await ask(app, [user(uniqueWord('Q'))]);
    await waitForProcessEnd(app, second.conversation);

    const history = [user(one), assistant('OK'), user('again'), assistant('OK'), user(uniqueWord('Q'))];
    expect(await ask(app, history)).toMatchObject({ path: 'live', conversation: first.conversation });
  } finally {
    await app.stop();
  }
});
