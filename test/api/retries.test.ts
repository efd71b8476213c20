/** Clients that give up, retry or stop reading: the model runs once, and no process is held for nobody. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { gate, hang, text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ readerTimeoutMs: 500 });
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

const QUESTION = [{ role: 'user' as const, content: 'Take your time.' }];
const requestsOfModel = () => app.core.snapshot().requests.filter(({ path }) => path.startsWith('/v1/'));

describe('a retry of the client’s package after its own time-out', () => {
  test.each([false, true])('takes over the answer of OpenAI’s package, streamed: %s', async (stream) => {
    const answered = gate();
    app.api.answer(answered, text('Once.'));
    const client = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'any', timeout: 700, maxRetries: 3 });
    const completion = client.chat.completions.create({ model: 'sonnet', messages: QUESTION, stream });
    await expect
      .poll(() => requestsOfModel().some(({ phase }) => phase === 'cancelled'), { timeout: 10_000 })
      .toBe(true);
    await expect.poll(() => requestsOfModel()[0]?.phase, { timeout: 10_000 }).toBe('waiting');
    answered.open();

    let answer = '';
    const result = await completion;
    if ('choices' in result) answer = result.choices[0]?.message.content ?? '';
    else for await (const chunk of result) answer += chunk.choices[0]?.delta.content ?? '';
    expect(answer).toBe('Once.');
    expect(app.api.requests).toHaveLength(1);
  });

  test('takes over the answer of Anthropic’s package, and counts its tokens once', async () => {
    const answered = gate();
    app.api.answer(answered, text('Once.'));
    const before = app.core.snapshot().usage.usage.output;
    const client = new Anthropic({ baseURL: app.url, apiKey: 'any', timeout: 700, maxRetries: 3 });
    const message = client.messages.create({ model: 'sonnet', max_tokens: 50, messages: QUESTION });
    await expect
      .poll(() => requestsOfModel().some(({ phase }) => phase === 'cancelled'), { timeout: 10_000 })
      .toBe(true);
    await expect.poll(() => requestsOfModel()[0]?.phase, { timeout: 10_000 }).toBe('waiting');
    answered.open();

    const { content, usage } = await message;
    expect(content).toMatchObject([{ type: 'text', text: 'Once.' }]);
    expect(app.api.requests).toHaveLength(1);
    await expect.poll(() => app.core.snapshot().usage.usage.output).toBe(before + usage.output_tokens);
  });

  test('that does not come leaves the model interrupted', async () => {
    app.api.answer(hang());
    const client = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'any', timeout: 1_500, maxRetries: 0 });
    await expect(client.chat.completions.create({ model: 'sonnet', messages: QUESTION })).rejects.toThrow('timed out');
    expect(await (await app.api.waitForRequest(1)).outcome).toBe('aborted');
  });

  test('with another body is another request', async () => {
    app.api.setDefaultAnswer(text('Mine.'));
    const answered = gate();
    app.api.answer(answered, text('First.'));
    const send = (content: string, retryCount: string) =>
      fetch(`${app.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-stainless-retry-count': retryCount },
        body: JSON.stringify({ model: 'sonnet', messages: [{ role: 'user', content }] }),
      }).then(async (response) => (await response.json()).choices[0].message.content);
    const first = send('One.', '0');
    await app.api.waitForRequest(1);
    expect(await send('Two.', '1')).toBe('Mine.');
    answered.open();
    expect(await first).toBe('First.');
  });
});

describe('a client that says nothing of retries', () => {
  let question = 0;
  beforeEach(() => {
    // No test can take over the answer of another.
    question += 1;
  });
  const body = () => {
    const messages = [{ role: 'user', content: `Question ${question}` }];
    return JSON.stringify({ model: 'sonnet', stream: false, messages });
  };
  const ask = (signal?: AbortSignal, headers = {}) =>
    fetch(`${app.url}/api/chat`, { method: 'POST', body: body(), headers, ...(signal && { signal }) }).then(
      (response) => response.json(),
    );
  /** Asks and hangs up when the model has got the question. Resolves when the server has noticed. */
  const askAndLeave = async () => {
    const hangUp = new AbortController();
    const first = ask(hangUp.signal);
    await app.api.waitForRequest(1);
    hangUp.abort();
    await expect(first).rejects.toThrow();
    await expect.poll(() => app.core.snapshot().requests[0]?.phase).toBe('cancelled');
  };

  test('takes over the answer of the same request whose connection is gone', async () => {
    const answered = gate();
    app.api.answer(answered, text('Once.'));
    await askAndLeave();
    const second = ask();
    await expect.poll(() => app.core.snapshot().requests[0]?.phase).toBe('waiting');
    answered.open();
    expect(await second).toMatchObject({ message: { content: 'Once.' } });
    expect(app.api.requests).toHaveLength(1);
  });

  test('asks the model twice with two requests at once, or with another chat’s name', async () => {
    const answered = gate();
    app.api.answer(answered, text('First.'));
    app.api.setDefaultAnswer(text('Second.'));
    const first = ask();
    await app.api.waitForRequest(1);
    expect(await ask()).toMatchObject({ message: { content: 'Second.' } });
    answered.open();
    expect(await first).toMatchObject({ message: { content: 'First.' } });

    app.api.reset();
    app.api.answer(hang());
    app.api.setDefaultAnswer(text('Second.'));
    await askAndLeave();
    expect(await ask(undefined, { 'x-openwebui-chat-id': 'another' })).toMatchObject({
      message: { content: 'Second.' },
    });
    expect(app.api.requests).toHaveLength(2);
  });

  test('and does not ask again is interrupted', async () => {
    app.api.answer(hang());
    await askAndLeave();
    expect(await app.api.requests[0]?.outcome).toBe('aborted');
  });
});

test('a client that stops reading is disconnected, and its process is freed', async () => {
  app.api.answer(text(...Array.from({ length: 400 }, () => 'x'.repeat(50_000))));
  const sent = request(`${app.url}/api/chat`, { method: 'POST', agent: false });
  sent.end(JSON.stringify({ model: 'sonnet', messages: QUESTION }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  response.pause();

  const row = () => app.core.snapshot().requests.find(({ path }) => path === '/api/chat');
  await expect.poll(() => row()?.phase, { timeout: 30_000 }).toBe('cancelled');
  const answering = () => app.core.snapshot().conversations.filter(({ phase }) => phase === 'answering');
  await expect.poll(answering, { timeout: 10_000 }).toEqual([]);
  sent.destroy();
});
