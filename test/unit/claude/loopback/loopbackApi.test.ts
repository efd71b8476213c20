/** The Messages API of the app's own, which answers a process that the app runs to learn about the CLI. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LoopbackApi, startLoopbackApi } from '../../../../app/claude/loopback/loopbackApi';

let api: LoopbackApi;

beforeAll(async () => {
  api = await startLoopbackApi({ answer: 'Hello' });
});

afterAll(() => api.close());

const post = (body: unknown) =>
  fetch(`${api.url}/v1/messages?beta=true`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

test('a request for a stream gets one, and is recorded', async () => {
  const body = { model: 'sonnet', stream: true, messages: [{ role: 'user', content: 'hi' }], tools: [] };

  const answer = await (await post(body)).text();

  expect(answer).toContain('"text":"Hello"');
  expect(answer).toContain('event: message_stop');
  expect(api.requests.at(-1)).toEqual(body);
});

test('a request for a message gets one', async () => {
  expect(await (await post({ model: 'sonnet', messages: [] })).json()).toMatchObject({
    model: 'sonnet',
    content: [{ type: 'text', text: 'Hello' }],
  });
});

test('other requests are refused', async () => {
  expect((await post('no JSON')).status).toBe(400);
  expect((await fetch(`${api.url}/v1/models`)).status).toBe(404);
});
