/**
 * A request gets one answer: where a process is killed after a part of its answer has arrived, the client is told, and no other answer
 * is put behind that part. Where nothing has arrived, another process answers.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { gate, hang, type Step, text, thinking, toolUse } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

const KILLED = 'the claude process ended (SIGKILL) in the middle of its answer';

const INPUT = { city: 'Montevideo', unit: 'celsius' };
const SCHEMA = { type: 'object', properties: { city: { type: 'string' }, unit: { type: 'string' } } };
const MESSAGES = [{ role: 'user', content: 'Weather?' }];
const OPENAI_TOOLS = [
  { type: 'function', function: { name: 'get_weather', description: 'Weather.', parameters: SCHEMA } },
];
const ANTHROPIC_TOOLS = [{ name: 'get_weather', description: 'Weather.', input_schema: SCHEMA }];

/** A request of each dialect that offers a tool and wants to see the model's thinking. */
const DIALECTS: Record<string, Record<string, unknown>> = {
  '/api/chat': { model: 'sonnet', messages: MESSAGES, tools: OPENAI_TOOLS, think: true },
  '/v1/chat/completions': { model: 'sonnet', messages: MESSAGES, tools: OPENAI_TOOLS, reasoning_effort: 'medium' },
  '/v1/messages': {
    ...{ model: 'sonnet', messages: MESSAGES, tools: ANTHROPIC_TOOLS, max_tokens: 4_000 },
    thinking: { type: 'enabled', budget_tokens: 2_000 },
  },
};

/** What the answer consists of when its process is killed; the text is what a client that streams has received until then. */
const PARTS: Record<string, { readonly steps: readonly Step[]; readonly received: RegExp }> = {
  thinking: { steps: [thinking('Let me think.'), hang()], received: /Let me think/ },
  'a part of the text': { steps: [text('It is'), hang()], received: /It is/ },
  'a part of a tool call': { steps: [toolUse('get_weather', INPUT, { halfway: gate() })], received: /get_weather/ },
};

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

function post(path: string, body: object): Promise<Response> {
  return fetch(app.url + path, { method: 'POST', body: JSON.stringify(body) });
}

function kill(): void {
  const pid = app.core.snapshot().conversations.find(({ phase }) => phase === 'answering')?.pid;
  process.kill(pid ?? Number.NaN, 'SIGKILL');
}

/** Waits until the app has received the beginning of the model's answer. */
async function answerBegins(): Promise<void> {
  const isBegun = () => app.core.snapshot().requests[0]?.phase !== 'done' && app.core.snapshot().requests[0]?.usage;
  await expect.poll(isBegun, { timeout: 20_000 }).toBeTruthy();
}

/** Reads the stream, and kills the process as soon as the text matches. */
async function readAndKill(response: Response, received: RegExp): Promise<string> {
  const chunks = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let all = '';
  let killed = false;
  for (;;) {
    const { value, done } = await chunks.read();
    if (done) return all;
    all += decoder.decode(value, { stream: true });
    if (killed || !received.test(all)) continue;
    killed = true;
    kill();
  }
}

describe.each(Object.keys(DIALECTS))('%s', (path) => {
  test.each(Object.keys(PARTS))('a stream whose process is killed after %s ends with an error', async (part) => {
    const { steps, received } = PARTS[part] ?? { steps: [], received: /./ };
    // Ollama’s clients get a tool call when it is complete, so nothing of it has been sent to them.
    const isUnseen = path === '/api/chat' && part === 'a part of a tool call';
    app.api.answer(...steps);
    app.api.setDefaultAnswer(toolUse('get_weather', INPUT), text('A second answer.'));

    const response = await post(path, { ...DIALECTS[path], stream: true });
    const seen = isUnseen ? answerBegins().then(kill) : undefined;
    const stream = await readAndKill(response, isUnseen ? /(?!)/ : received);
    await seen;

    expect(stream).toContain(KILLED);
    expect(stream).not.toContain('second answer');
    expect(stream.match(/^.*Let me think.*$/gm) ?? []).toHaveLength(part === 'thinking' ? 1 : 0);
    expect(stream.match(/^.*"name":"get_weather".*$/gm) ?? []).toHaveLength(part.includes('tool') && !isUnseen ? 1 : 0);
    expect(app.api.requests).toHaveLength(1);
  });

  test.each(Object.keys(PARTS))('an unstreamed answer whose process is killed after %s is an error', async (part) => {
    app.api.answer(...(PARTS[part]?.steps ?? []));
    app.api.setDefaultAnswer(thinking('Think again.'), text('A second answer.'));

    const asked = post(path, { ...DIALECTS[path], stream: false });
    await app.api.waitForRequest(1);
    await answerBegins();
    kill();
    const response = await asked;

    expect(response.status).toBe(502);
    expect(await response.text()).toContain(KILLED);
    expect(app.api.requests).toHaveLength(1);
  });

  test.each([true, false])(
    'an answer of which nothing has arrived comes from another process (streamed: %s)',
    async (stream) => {
      const sent = gate();
      app.api.answer(sent, hang());
      app.api.setDefaultAnswer(text('Sunny.'));

      const asked = post(path, { ...DIALECTS[path], stream });
      await sent.reached;
      kill();
      const response = await asked;

      expect(response.status).toBe(200);
      expect((await response.text()).match(/Sunny/g)).toHaveLength(1);
      expect(app.api.requests).toHaveLength(2);
    },
  );
});

test('a process that is killed while the model thinks is not replaced although the client does not want the thinking', async () => {
  app.api.answer(thinking('Secret.'), hang());

  const asked = post('/v1/chat/completions', { model: 'sonnet', messages: MESSAGES });
  await app.api.waitForRequest(1);
  await answerBegins();
  kill();

  expect((await asked).status).toBe(502);
  expect(app.api.requests).toHaveLength(1);
});
