/**
 * Open WebUI's two tool modes over both kinds of connection, with the real CLI: requests as it builds them, answers parsed as it parses
 * them (context/OPENWEBUI_COMPATIBILITY.md).
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { text, toolUse } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

interface Call {
  readonly id: string;
  readonly name: string;
  readonly args: unknown;
}

/** Open WebUI's requests and parsing for one kind of connection. */
interface Mode {
  readonly path: string;
  /** What it reads from an answer that is not streamed. */
  readonly once: z.ZodType<{ content: string; toolCalls: number; reason: string }>;
  /** What it reads from a line of a stream; null for a line that it skips. */
  line(line: string): Partial<{ content: string; calls: Call[] }> | null;
  /** A tool call in the history that it sends back. */
  call(call: Call): object;
}

const OllamaLine = z.object({
  message: z.object({
    content: z.string(),
    tool_calls: z
      .array(
        z.object({
          id: z.string(),
          function: z.object({ index: z.number(), name: z.string(), arguments: z.record(z.string(), z.unknown()) }),
        }),
      )
      .optional(),
  }),
});

const OpenaiLine = z.object({
  choices: z.array(
    z.object({
      delta: z.object({
        content: z.string().nullish(),
        tool_calls: z
          .array(
            z.object({
              index: z.number(),
              id: z.string().optional(),
              function: z.object({ name: z.string().optional(), arguments: z.string() }),
            }),
          )
          .optional(),
      }),
    }),
  ),
});

const ollama: Mode = {
  path: '/api/chat',
  once: z
    .object({
      message: z.object({ content: z.string(), tool_calls: z.array(z.unknown()).default([]) }),
      done_reason: z.string(),
    })
    .transform(({ message, done_reason }) => ({
      content: message.content,
      toolCalls: message.tool_calls.length,
      reason: done_reason,
    })),
  line: (line) => {
    const { message } = OllamaLine.parse(JSON.parse(line));
    const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: args } }) => ({ id, name, args }));
    return { content: message.content, calls };
  },
  call: ({ id, name, args }) => ({ index: 0, id, function: { name, arguments: args } }),
};

const openai: Mode = {
  path: '/v1/chat/completions',
  once: z
    .object({
      choices: z.tuple([
        z.object({
          message: z.object({ content: z.string().nullable(), tool_calls: z.array(z.unknown()).default([]) }),
          finish_reason: z.string(),
        }),
      ]),
    })
    .transform(({ choices: [{ message, finish_reason }] }) => ({
      content: message.content ?? '',
      toolCalls: message.tool_calls.length,
      reason: finish_reason,
    })),
  line: (line) => {
    if (!line.startsWith('data: ') || line === 'data: [DONE]') return null;
    const [choice] = OpenaiLine.parse(JSON.parse(line.slice('data: '.length))).choices;
    const calls = (choice?.delta.tool_calls ?? []).map(({ id = '', function: { name = '', arguments: args } }) => {
      return { id, name, args };
    });
    return { content: choice?.delta.content ?? '', calls };
  },
  call: ({ id, name, args }) => ({
    index: 0,
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }),
};

const CHAT = { 'x-openwebui-chat-id': 'chat-1', 'x-openwebui-user-id': 'user-1' };

async function post(mode: Mode, body: object, headers: Record<string, string> = CHAT): Promise<string> {
  const answer = await send(`${app.url}${mode.path}`, { headers, body: JSON.stringify({ model: 'sonnet', ...body }) });
  expect(answer.status, answer.text).toBe(200);
  return answer.text;
}

async function askOnce(mode: Mode, body: object, headers?: Record<string, string>) {
  return mode.once.parse(JSON.parse(await post(mode, { ...body, stream: false }, headers)));
}

/** Assembles a stream: pieces of arguments without an id belong to the previous call. */
async function askStreamed(mode: Mode, body: object): Promise<{ content: string; calls: Call[] }> {
  const lines = (await post(mode, { ...body, stream: true })).split('\n').filter((line) => line !== '');
  const parts = lines.flatMap((line) => mode.line(line) ?? []);
  const calls: Call[] = [];
  for (const call of parts.flatMap((part) => part.calls ?? [])) {
    const before = calls.at(-1);
    if (call.id !== '' || before === undefined) calls.push(call);
    else calls[calls.length - 1] = { ...before, args: `${before.args}${call.args}` };
  }
  const read = calls.map(({ args, ...rest }) => ({
    ...rest,
    args: typeof args === 'string' ? JSON.parse(args) : args,
  }));
  return { content: parts.map(({ content }) => content ?? '').join(''), calls: read };
}

const TOOL = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const SELECTION_PROMPT = `Available Tools: ${JSON.stringify([TOOL])}

Choose the tools that the query needs. Return only a JSON object: {"tool_calls": [{"name": "toolName", "parameters": {"key": "value"}}]},
or {"tool_calls": []} where none does.`;

/** The request in which the legacy mode lets the model choose tools. */
function selection(query: string) {
  return {
    messages: [
      { role: 'system', content: SELECTION_PROMPT },
      { role: 'user', content: `History:\nUSER: """hi"""\nASSISTANT: """hello"""\nQuery: ${query}` },
    ],
  };
}

/** Parses the answer as the legacy mode does: from the first `{` to the last `}`; invalid JSON means no tools. */
function chosen(content: string): { name: string; parameters: object }[] {
  const object = JSON.parse(content.slice(content.indexOf('{'), content.lastIndexOf('}') + 1));
  return object.tool_calls ?? [object];
}

const user = (content: string) => ({ role: 'user', content });

describe.each([
  ['Ollama', ollama],
  ['OpenAI', openai],
])('over an %s connection', (name, mode) => {
  test.each([
    ['as it was told to', '{"tool_calls":[{"name":"get_weather","parameters":{"city":"Oslo"}}]}'],
    ['in a fence', 'Sure:\n```json\n{"tool_calls":[{"name":"get_weather","parameters":{"city":"Oslo"}}]}\n```'],
    ['in OpenAI’s form', '{"tools":[{"function":{"name":"get_weather","arguments":"{\\"city\\":\\"Oslo\\"}"}}]}'],
    ['with an example in braces after it', '{"name":"get_weather","parameters":{"city":"Oslo"}}\nI left out {units}.'],
  ])('the legacy mode finds the call that the model chose %s', async (_how, words) => {
    app.api.answer(text(words));
    const { content, toolCalls, reason } = await askOnce(mode, selection('Oslo?'));
    expect(content).toBe('{"tool_calls":[{"name":"get_weather","parameters":{"city":"Oslo"}}]}');
    expect(chosen(content)).toEqual([{ name: 'get_weather', parameters: { city: 'Oslo' } }]);
    expect([toolCalls, reason]).toEqual([0, 'stop']);
  });

  test.each(['{}', 'No tool helps here.', '{"tool_calls":[]}'])(
    'the legacy mode finds no call where the model answers %s',
    async (words) => {
      app.api.answer(text(words));
      expect(chosen((await askOnce(mode, selection('How are you?'))).content)).toEqual([]);
    },
  );

  test('the legacy mode continues with the tool’s result, and the selection is not part of the chat', async () => {
    const headers = { ...CHAT, 'x-openwebui-chat-id': `legacy-${name}` };
    app.api.answer(text('{"tool_calls":[{"name":"get_weather","parameters":{"city":"Bern"}}]}'));
    await askOnce(mode, selection(`Bern, ${name}?`), headers);
    app.api.answer(text('Cold.'));
    const question = `### Task:\nUse the context.\n<context>\n<source id="1">4 degrees</source>\n</context>\n\nBern, ${name}?`;
    expect((await askOnce(mode, { messages: [user(question)] }, headers)).content).toBe('Cold.');
    expect(app.api.requests.at(-1)?.history).toEqual([{ role: 'user', content: [{ type: 'text', text: question }] }]);

    app.api.answer(text('Not today.'));
    const messages = [user(`Bern, ${name}?`), { role: 'assistant', content: 'Cold.' }, user('Will it snow?')];
    expect((await askOnce(mode, { messages }, headers)).content).toBe('Not today.');
    const roles = app.api.requests.at(-1)?.history.map(({ role }) => role);
    expect(roles).toEqual(['user', 'assistant', 'user']);
  });

  const JSON_WORDS = 'Here:\n```json\n{"tools":[{"function":{"name":"get_weather","arguments":{}}}]}\n```';
  test('an ordinary chat keeps its JSON as the model wrote it', async () => {
    app.api.answer(text(JSON_WORDS));
    app.api.answer(text(JSON_WORDS));
    expect((await askOnce(mode, { messages: [user('Show me such JSON.')] })).content).toBe(JSON_WORDS);
    expect((await askStreamed(mode, { messages: [user('Show me such JSON!')] })).content).toBe(JSON_WORDS);
  });

  test('the native mode runs the model’s calls, and the same turn continues with their results', async () => {
    const tools = [{ type: 'function', function: TOOL }];
    const question = user(`Oslo and Rome, ${name}?`);
    app.api.answer(toolUse('get_weather', { city: 'Oslo' }), toolUse('get_weather', { city: 'Rome' }));
    const first = await askStreamed(mode, { messages: [question], tools });
    expect(first.calls.map(({ name, args }) => [name, args])).toEqual([
      ['get_weather', { city: 'Oslo' }],
      ['get_weather', { city: 'Rome' }],
    ]);

    app.api.answer(text('Cold and warm.'));
    const results = first.calls.map(({ id, args }) => ({
      role: 'tool',
      content: `weather for ${JSON.stringify(args)}`,
      tool_call_id: id,
    }));
    const said = { role: 'assistant', content: first.content, tool_calls: first.calls.map(mode.call) };
    const second = await askStreamed(mode, { messages: [question, said, ...results], tools });
    expect(second).toEqual({ content: 'Cold and warm.', calls: [] });
    const [row] = app.core.snapshot().requests;
    expect(app.core.calls['requests.details'](row?.id ?? '')?.served).toBe('live');
    expect(app.api.requests.at(-1)?.history.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  });
});
