/** What clients, the log and the counts say of a server that stops, and of answers that the user or a failure ends. */
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Gate, gate, hang, reset, text } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeEach(async () => {
  app = await startTestApp({ settings: { stopGraceSeconds: 60 } });
});
afterEach(() => app.stop());

const QUESTION = [{ role: 'user', content: 'Go on.' }];

/** A stream of `/api/chat` whose first words have come. */
async function startStream(): Promise<{ rest(): Promise<string> }> {
  const body = JSON.stringify({ model: 'sonnet', messages: QUESTION });
  const response = await fetch(`${app.url}/api/chat`, { method: 'POST', body });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let seen = '';
  while (!seen.includes('Hel')) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the stream ended with ${seen}`);
    seen += decoder.decode(value, { stream: true });
  }
  return {
    rest: async () => {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return seen;
        seen += decoder.decode(value, { stream: true });
      }
    },
  };
}

const newestRow = () => app.core.snapshot().requests.find(({ path }) => path === '/api/chat');
const failedToday = () => app.core.snapshot().usage.failed;
async function failedInMetrics(): Promise<number> {
  const { text: metrics } = await send(`${app.url}/metrics`);
  const counts = [...metrics.matchAll(/^claudacity_failed_requests_total\{.*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

describe('a server that stops', () => {
  let more: Gate;

  beforeEach(() => {
    more = gate();
    app.api.answer(text('Hel'), more, text('lo'));
  });

  test('lets a running answer end, and refuses new requests meanwhile with the time to try again', async () => {
    const stream = await startStream();
    const stopped = app.core.calls['server.stop']();
    await expect.poll(() => app.core.snapshot().server.phase).toBe('stopping');

    for (const [path, error] of [
      ['/api/chat', { error: 'the server is stopping' }],
      ['/v1/chat/completions', { error: { message: 'the server is stopping' } }],
      ['/v1/messages', { type: 'error', error: { message: 'the server is stopping' } }],
    ] as const) {
      const refused = await send(`${app.url}${path}`, {
        body: JSON.stringify({ model: 'sonnet', messages: QUESTION }),
      });
      expect([refused.status, refused.headers['retry-after'], refused.headers.connection]).toEqual([503, '2', 'close']);
      expect(JSON.parse(refused.text)).toMatchObject(error);
    }

    more.open();
    expect(await stream.rest()).toContain('"lo"');
    expect((await stopped).phase).toBe('stopped');
    expect(newestRow()).toBeDefined();
  });

  test('ends the answers that take longer than the settings give them, in the form of their dialect', async () => {
    await app.core.calls['settings.change']({ stopGraceSeconds: 0 });
    const stream = await startStream();
    const stopped = app.core.calls['server.stop']();
    expect(JSON.parse((await stream.rest()).trim().split('\n').at(-1) ?? '')).toEqual({
      error: 'the server is stopping',
    });
    await stopped;
    expect(newestRow()).toMatchObject({ phase: 'stopped', status: 200 });
    expect(failedToday()).toBe(0);
  });

  test('can be started again afterwards', async () => {
    await app.core.calls['server.stop']();
    const { url } = await app.core.calls['server.start']();
    expect((await send(`${url}/api/version`)).status).toBe(200);
  });
});

describe('a request', () => {
  test('that the user ends is stopped, and no failure to the log, the day or the metrics', async () => {
    app.api.answer(text('Hel'), hang());
    const stream = await startStream();
    const [conversation] = app.core.snapshot().conversations;
    await app.core.calls['conversations.end'](conversation?.id ?? '');

    expect(await stream.rest()).toContain('the conversation was ended by the user of Claudacity');
    await expect.poll(newestRow).toMatchObject({ phase: 'stopped' });
    expect([failedToday(), await failedInMetrics()]).toEqual([0, 0]);
  });

  test('whose stream breaks off after its status is a failure to the log, the day and the metrics', async () => {
    const wordsArrived = gate();
    app.api.answer(text('Hel'), wordsArrived, reset());
    app.api.setDefaultAnswer(reset());
    const stream = await startStream();
    wordsArrived.open();
    await stream.rest();

    await expect.poll(newestRow).toMatchObject({ phase: 'failed', status: 200 });
    expect([failedToday(), await failedInMetrics()]).toEqual([1, 1]);
  });

  test('with more than 2,000 header lines is refused instead of losing some of them', async () => {
    const headers = (count: number) => Array.from({ length: count }, () => ['a', '']).flat();
    const statusWith = (count: number) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(`${app.url}/api/version`, {
          headers: ['Host', 'localhost', ...headers(count)],
          agent: false,
        });
        sent.on('error', reject).on('response', (response) => resolve(response.resume().statusCode));
        sent.end();
      });
    expect([await statusWith(1_900), await statusWith(2_100)]).toEqual([200, 431]);
  });

  test('that is refused a hundred times stores a bounded number of rows, and the rest as one', async () => {
    const headers = { Host: 'evil.example' };
    for (let count = 0; count < 100; count += 1) {
      expect((await send(`${app.url}/api/tags`, { headers })).status).toBe(403);
    }
    const refused = app.core.snapshot().requests.filter(({ status }) => status === 403);
    expect(refused).toHaveLength(20);
    expect((await send(`${app.url}/metrics`)).text).toMatch(/^claudacity_refused_requests_total 100$/m);
    expect((await send(`${app.url}/api/version`)).status).toBe(200);
    expect(app.core.snapshot().requests[0]).toMatchObject({ path: '/api/version', status: 200 });
  });
});
