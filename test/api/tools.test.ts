/** The client's tools with the real CLI: the model calls them natively, and the same turn continues with their results. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ChatEvent } from '../../app/chat/events';
import type { ClientTool, Message, ToolResultBlock } from '../../app/chat/request';
import { type ChatRig, startChatRig } from '../support/chatRig';
import { gate, stop, text, toolUse, usage } from '../support/messagesApi';

let rig: ChatRig;
beforeAll(async () => {
  rig = await startChatRig();
});
afterAll(() => rig.end());
beforeEach(() => rig.api.reset());

const WEATHER: ClientTool = {
  name: 'get_weather',
  description: 'The weather of a city.',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const BASH: ClientTool = {
  name: 'Bash',
  description: 'A tool of the client’s.',
  inputSchema: { type: 'object', properties: {} },
};
const TOOLS = [WEATHER, BASH];

function user(words: string): Message {
  return { role: 'user', content: [{ type: 'text', text: words }] };
}

function result(toolUseId: string, words: string, isError = false): ToolResultBlock {
  return { type: 'tool_result', toolUseId, content: [{ type: 'text', text: words }], isError };
}

/** The answer as the client would add it to its history. */
function answerMessage(events: readonly ChatEvent[]): Message {
  const words = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  const calls = events.flatMap((event) =>
    event.type === 'tool_end'
      ? [{ type: 'tool_use' as const, id: event.id, name: event.name, input: event.input }]
      : [],
  );
  return { role: 'assistant', content: [...(words ? [{ type: 'text' as const, text: words }] : []), ...calls] };
}

function end(events: readonly ChatEvent[]) {
  const last = events.at(-1);
  if (last?.type !== 'end')
    throw new Error(`no end: ${JSON.stringify(last)} ${String(last?.type === 'error' && last.error)}`);
  return last;
}

function served(events: readonly ChatEvent[]) {
  return events.find((event) => event.type === 'start')?.served;
}

function withTool(...names: string[]): ClientTool[] {
  return names.map((name) => ({ ...WEATHER, name }));
}

describe('a tool call', () => {
  test('of several tools reaches the client complete, and the same turn continues with the results', async () => {
    rig.api.answer(
      text('Let me see.'),
      toolUse('get_weather', { city: 'Oslo' }, { id: 'toolu_a' }),
      toolUse('Bash', { x: [1, 'é😀'] }, { id: 'toolu_b' }),
      usage({ input: 10, output: 20 }),
    );
    rig.api.answer(text('Sunny.'), usage({ input: 30, output: 3 }));
    const question = user('Weather?');
    const first = await rig.ask({ messages: [question], tools: TOOLS });

    expect(first.filter(({ type }) => type === 'tool_call' || type === 'tool_end')).toEqual([
      { type: 'tool_call', index: 0, id: 'toolu_a', name: 'get_weather' },
      { type: 'tool_end', index: 0, id: 'toolu_a', name: 'get_weather', input: { city: 'Oslo' } },
      { type: 'tool_call', index: 1, id: 'toolu_b', name: 'Bash' },
      { type: 'tool_end', index: 1, id: 'toolu_b', name: 'Bash', input: { x: [1, 'é😀'] } },
    ]);
    const pieces = first.flatMap((event) => (event.type === 'tool_input' && event.index === 1 ? [event.json] : []));
    expect(JSON.parse(pieces.join(''))).toEqual({ x: [1, 'é😀'] });
    expect(end(first)).toMatchObject({ reason: 'tool_use', usage: { input: 10, output: 20 } });
    expect(rig.chat.liveConversations().map(({ phase }) => phase)).toContain('waiting_for_tool');

    const results: Message = { role: 'user', content: [result('toolu_b', 'broken', true), result('toolu_a', '20 °C')] };
    const second = await rig.ask({ messages: [question, answerMessage(first), results], tools: TOOLS });

    expect([served(second), answerMessage(second).content]).toEqual(['live', [{ type: 'text', text: 'Sunny.' }]]);
    expect(end(second)).toMatchObject({ reason: 'stop', usage: { input: 30, output: 3 } });
    expect(end(second).usage.costUsd).toBeGreaterThan(0);
    const { history = [], body } = rig.api.requests.at(-1) ?? {};
    expect(history.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(history[0]?.content).toEqual([{ type: 'text', text: 'Weather?' }]);
    expect(history[2]?.content).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ tool_use_id: 'toolu_a', content: [{ type: 'text', text: '20 °C' }] }),
        expect.objectContaining({ tool_use_id: 'toolu_b', is_error: true }),
      ]),
    );
    const offered = TOOLS.map(({ name, description, inputSchema }) => ({
      name,
      description,
      input_schema: inputSchema,
    }));
    expect(body?.tools).toHaveLength(2);
    expect(body?.tools).toEqual(expect.arrayContaining(offered));
  });

  test('can be followed by further calls, all in one process', async () => {
    const messages: Message[] = [user('Three rounds.')];
    for (const round of [1, 2, 3]) {
      rig.api.answer(toolUse('get_weather', { city: `C${round}` }, { id: `toolu_r${round}` }));
      const events = await rig.ask({ messages, tools: TOOLS });
      expect(served(events)).toBe(round === 1 ? 'new' : 'live');
      messages.push(answerMessage(events), { role: 'user', content: [result(`toolu_r${round}`, `R${round}`)] });
    }
    rig.api.answer(text('Done.'));
    expect(answerMessage(await rig.ask({ messages, tools: TOOLS })).content).toEqual([{ type: 'text', text: 'Done.' }]);
    expect(rig.api.requests.at(-1)?.history.map(({ role }) => role)).toEqual([
      ...['user', 'assistant', 'user', 'assistant', 'user', 'assistant', 'user'],
    ]);
  });

  test('whose id the client has replaced is matched by its position', async () => {
    rig.api.answer(toolUse('get_weather', { city: 'Oslo' }), toolUse('get_weather', { city: 'Rome' }));
    rig.api.answer(text('Both.'));
    const question = user('Two cities.');
    const first = await rig.ask({ messages: [question], tools: TOOLS });
    const renamed: Message = {
      role: 'assistant',
      content: ['Oslo', 'Rome'].map((city, index) => ({
        type: 'tool_use',
        id: `own_${index}`,
        name: 'get_weather',
        input: { city },
      })),
    };
    expect(end(first).reason).toBe('tool_use');
    const results: Message = { role: 'user', content: [result('own_0', 'cold'), result('own_1', 'warm')] };
    expect(served(await rig.ask({ messages: [question, renamed, results], tools: TOOLS }))).toBe('live');
    const sent = JSON.stringify(rig.api.requests.at(-1)?.history.at(-1));
    const [oslo, rome] = first.flatMap((event) => (event.type === 'tool_end' ? [event.id] : []));
    expect(sent).toMatch(new RegExp(`${oslo}[^}]*cold|cold[^}]*}][^}]*${oslo}`));
    expect(sent).toContain(rome);
  });

  test('is replayed with its result where its process has ended', async () => {
    rig.api.answer(toolUse('get_weather', { city: 'Oslo' }, { id: 'toolu_gone' }));
    rig.api.answer(text('Back.'));
    const question = user('Then killed.');
    const first = await rig.ask({ messages: [question], tools: TOOLS });
    const waiting = rig.chat.liveConversations().find(({ phase }) => phase === 'waiting_for_tool');
    process.kill(waiting?.pid as number, 'SIGKILL');
    await expect.poll(() => rig.chat.liveConversations().some(({ id }) => id === waiting?.id)).toBe(false);

    const results: Message = { role: 'user', content: [result('toolu_gone', 'cold')] };
    const second = await rig.ask({ messages: [question, answerMessage(first), results], tools: TOOLS });
    expect([served(second), end(second).reason]).toEqual(['replay', 'stop']);
    expect(rig.api.requests.at(-1)?.history.map(({ content }) => content.map(({ type }) => type))).toEqual([
      ['text'],
      ['tool_use'],
      ['tool_result'],
    ]);
  });

  test('whose result comes with a text is replayed in another process', async () => {
    rig.api.answer(toolUse('get_weather', { city: 'Oslo' }, { id: 'toolu_more' }));
    rig.api.answer(text('Noted.'));
    const question = user('And more.');
    const first = await rig.ask({ messages: [question], tools: TOOLS });
    const results: Message = {
      role: 'user',
      content: [result('toolu_more', 'cold'), { type: 'text', text: 'Hurry.' }],
    };
    const second = await rig.ask({ messages: [question, answerMessage(first), results], tools: TOOLS });
    expect([served(second), end(second).reason]).toEqual(['replay', 'stop']);
    expect(JSON.stringify(rig.api.requests.at(-1)?.history.at(-1))).toContain('Hurry.');
  });

  test('whose result is an error of two texts reaches the model as it is', async () => {
    rig.api.answer(toolUse('get_weather', { city: 'Oslo' }, { id: 'toolu_failed' }));
    rig.api.answer(text('A pity.'));
    const question = user('Fail.');
    const first = await rig.ask({ messages: [question], tools: TOOLS });
    const content = [
      { type: 'text', text: 'No station.' },
      { type: 'text', text: 'No city.' },
    ] as const;
    const failure: ToolResultBlock = { type: 'tool_result', toolUseId: 'toolu_failed', content, isError: true };

    await rig.ask({ messages: [question, answerMessage(first), { role: 'user', content: [failure] }], tools: TOOLS });

    expect(rig.api.requests.at(-1)?.history.at(-1)?.content).toMatchObject([{ is_error: true, content }]);
  });

  test('whose process is needed by another request ends there, and the CLI does not continue by itself', async () => {
    const crowded = await startChatRig({ limit: 1 });
    const opening = gate();
    crowded.api.answer(opening, toolUse('get_weather', { city: 'Oslo' }));
    const first = crowded.ask({ messages: [user('Weather?')], tools: TOOLS });
    await opening.reached;
    const second = crowded.ask({ messages: [user('Hi.')] });
    await expect.poll(() => crowded.claude.waitingRequests).toBe(1);
    opening.open();
    expect([end(await first).reason, end(await second).reason]).toEqual(['tool_use', 'stop']);
    await crowded.end();
    expect(crowded.api.requests.map(({ history }) => history.length)).toEqual([1, 1]);
  });

  test('that waits for its result is ended with its conversation', async () => {
    rig.api.answer(toolUse('get_weather', { city: 'Oslo' }));
    const first = await rig.ask({ messages: [user('Never mind.')], tools: TOOLS });
    const id = first.flatMap((event) => (event.type === 'start' ? [event.conversation] : []))[0];
    expect(await rig.chat.endConversation(id as string)).toBe(true);
    expect(rig.chat.liveConversations().some((one) => one.id === id)).toBe(false);
  });
});

test('the parameters of the request with the results apply from there on, and to the next turn', async () => {
  rig.api.answer(toolUse('get_weather', { city: 'Kyiv' }, { id: 'toolu_f' }));
  rig.api.answer(toolUse('get_weather', { city: 'Lviv' }, { id: 'toolu_g' }));
  const question = user('Weather, with limits?');
  const first = await rig.ask({
    messages: [question],
    tools: TOOLS,
    toolChoice: { type: 'required' },
    maxTokens: 50,
    effort: 'low',
  });
  const called: Message[] = [question, answerMessage(first), { role: 'user', content: [result('toolu_f', 'rain')] }];
  const limits = { maxTokens: 90, effort: 'high' } as const;
  const second = await rig.ask({ messages: called, tools: TOOLS, ...limits, stop: ['END'] });
  called.push(answerMessage(second), { role: 'user', content: [result('toolu_g', 'sun')] });
  const third = await rig.ask({ messages: called, tools: TOOLS, ...limits });
  const last = await rig.ask({
    messages: [...called, answerMessage(third), user('Thanks')],
    tools: TOOLS,
    maxTokens: 70,
  });

  expect(
    rig.api.requests.map(({ body }) => [body.max_tokens, body.output_config, body.tool_choice, body.stop_sequences]),
  ).toEqual([
    [50, { effort: 'low' }, { type: 'any' }, undefined],
    [90, { effort: 'high' }, undefined, ['END']],
    [90, { effort: 'high' }, undefined, undefined],
    [70, { effort: 'medium' }, undefined, undefined],
  ]);
  expect([first, second, third, last].map(served)).toEqual(['new', 'live', 'live', 'live']);
});

describe('the client’s tools', () => {
  test('can change in the middle of a conversation', async () => {
    rig.api.answer(text('A1'));
    rig.api.answer(text('A2'));
    const first = await rig.ask({ messages: [user('Q1')], tools: withTool('one') });
    const second = await rig.ask({ messages: [user('Q1'), answerMessage(first), user('Q2')], tools: withTool('two') });
    expect(served(second)).toBe('replay');
    expect(JSON.stringify(rig.api.requests.at(-1)?.body.tools)).toContain('"two"');
  });

  test('are defined by placeholders that cannot be called where the history calls tools and the request defines none', async () => {
    rig.api.answer(toolUse('get_weather', { city: 'Kyiv' }, { id: 'toolu_n' }));
    const question = user('Weather, and no more tools?');
    const first = await rig.ask({ messages: [question], tools: TOOLS });
    const history = [question, answerMessage(first), { role: 'user' as const, content: [result('toolu_n', 'rain')] }];
    const second = await rig.ask({ messages: history });
    const third = await rig.ask({ messages: [...history, answerMessage(second), user('Thanks')] });

    expect([second, third].map(served)).toEqual(['replay', 'live']);
    const [, { body, history: sent } = { body: undefined, history: [] }] = rig.api.requests;
    expect(sent.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(body?.tools).toMatchObject([{ name: 'get_weather', input_schema: { type: 'object' } }]);
    expect(body?.tool_choice).toEqual({ type: 'none' });
  });

  test('can be a hundred', async () => {
    rig.api.answer(text('Many.'));
    const names = Array.from({ length: 100 }, (_, index) => `tool_${index}`);
    await rig.ask({ messages: [user('Hundred.')], tools: withTool(...names) });
    const offered = z.array(z.object({ name: z.string() })).parse(rig.api.requests.at(-1)?.body.tools);
    expect(offered.map(({ name }) => name).sort()).toEqual([...names].sort());
  });

  test('are all offered at once, even if one has the name of the CLI’s tool search', async () => {
    rig.api.answer(text('All.'));
    await rig.ask({ messages: [user('All of them.')], tools: withTool('ToolSearch', 'one', 'two') });
    expect(rig.api.requests.at(-1)?.body.tools).toEqual([
      expect.objectContaining({ name: 'ClientToolSearch' }),
      expect.objectContaining({ name: 'one' }),
      expect.objectContaining({ name: 'two' }),
    ]);
    expect(JSON.stringify(rig.api.requests.at(-1)?.body.tools)).not.toContain('defer_loading');
  });

  test('are not explained by the CLI, even if one has the name of its agent tool', async () => {
    rig.api.answer(text('No agents.'));
    await rig.ask({ messages: [user('Which agents?')], tools: withTool('Agent') });
    expect(JSON.stringify(rig.api.requests.at(-1)?.body.messages)).not.toContain('agent types');
  });

  test.each([
    [{ type: 'none' }, true, { type: 'none' }],
    [{ type: 'required' }, true, { type: 'any' }],
    [{ type: 'named', name: 'Bash' }, true, { type: 'tool', name: 'Bash' }],
    [{ type: 'auto' }, false, { type: 'auto', disable_parallel_tool_use: true }],
    [{ type: 'auto' }, true, undefined],
  ] as const)(
    'are called as the client’s tool choice %j says, parallel calls: %j',
    async (toolChoice, parallelTools, sent) => {
      rig.api.answer(text('Chosen.'));
      await rig.ask({
        messages: [user(`Choose ${JSON.stringify(toolChoice)}.`)],
        tools: TOOLS,
        toolChoice,
        parallelTools,
      });
      expect(rig.api.requests.at(-1)?.body.tool_choice).toEqual(sent);
    },
  );
});

describe('an answer that is bound to a schema', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'number' } },
    required: ['a'],
    additionalProperties: false,
  };

  test('comes as text, piece by piece, without the prose before it', async () => {
    rig.api.answer(text('Well, …'));
    rig.api.answer(toolUse('StructuredOutput', { a: 1 }));
    const events = await rig.ask({ messages: [user('JSON.')], schema });
    expect(answerMessage(events).content).toEqual([{ type: 'text', text: '{"a":1}' }]);
    expect(end(events)).toMatchObject({ reason: 'stop', usage: { input: 20, output: 10 } });
  });

  test.each([
    ['names another draft', { $schema: 'https://json-schema.org/draft/2020-12/schema' }],
    ['has keywords that the CLI does not know', { example: {}, 'x-order': 1 }],
  ])('is bound where the schema %s', async (how, words) => {
    rig.api.answer(toolUse('StructuredOutput', { a: 1 }));
    const events = await rig.ask({ messages: [user(`JSON, ${how}.`)], schema: { ...schema, ...words } });
    expect(answerMessage(events).content).toEqual([{ type: 'text', text: '{"a":1}' }]);
  });

  test('is refused where the CLI cannot take the schema', async () => {
    const events = await rig.ask({
      messages: [user('No JSON.')],
      schema: { ...schema, properties: { a: { type: 'b' } } },
    });
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { kind: 'invalid_request' } });
  });

  test('is retracted where it is not valid, and comes again', async () => {
    rig.api.chooseAnswer(({ history }) => [toolUse('StructuredOutput', { a: history.length > 1 ? 1 : 'one' })]);
    const events = await rig.ask({ messages: [user('Wrong JSON first.')], schema });
    const from = events.findLastIndex(({ type }) => type === 'retract');
    expect(from).toBeGreaterThan(0);
    expect(answerMessage(events.slice(from)).content).toEqual([{ type: 'text', text: '{"a":1}' }]);
    expect(end(events).reason).toBe('stop');
  });

  const WRITTEN = { type: 'text', text: '{"a":1}' };
  test.each([
    ['is the last JSON that the model has written', [text('{"a":0}')], [text('{"a":1}')], WRITTEN],
    ['is the JSON that it wrote before other words', [text(' {"a":1}\n')], [text('Done.')], WRITTEN],
    ['is the JSON in a Markdown code block', [text('```json\n{"a":1}\n```')], [text('Done.')], WRITTEN],
    ['replaces the call that was rejected', [toolUse('StructuredOutput', { a: 'one' })], [text('{"a":1}')], WRITTEN],
  ])('that comes as text only %s', async (how, first, second, written) => {
    rig.api.answer(...first);
    rig.api.answer(...second);
    rig.api.answer(...second);
    const events = await rig.ask({ messages: [user(`JSON as text, which ${how}.`)], schema });
    const from = events.findLastIndex(({ type }) => type === 'retract') + 1;
    expect(answerMessage(events.slice(from)).content).toEqual([written]);
    expect(end(events).reason).toBe('stop');
  });

  test.each([
    ['is prose', [text('I would rather not.')]],
    ['is empty', [text('')]],
    ['is JSON of another kind', [text('[1]')]],
  ])('is an error where all that comes %s', async (how, answer) => {
    rig.api.chooseAnswer(() => answer);
    const events = await rig.ask({ messages: [user(`No JSON: it ${how}.`)], schema });
    expect(events.at(-1)).toMatchObject({
      type: 'error',
      error: { kind: 'api', message: expect.stringContaining('no answer') },
    });
  });

  test.each([
    ['max_tokens' as const, 'length', '{"a":'],
    ['refusal' as const, 'refusal', 'I cannot do that.'],
  ])('keeps the words of an answer that ends with %s', async (stopReason, reason, words) => {
    rig.api.answer(text(words), stop(stopReason));
    const events = await rig.ask({ messages: [user(`Ends with ${stopReason}.`)], schema });
    expect(answerMessage(events).content).toEqual([{ type: 'text', text: words }]);
    expect(end(events).reason).toBe(reason);
  });

  test('can come after the client’s tools', async () => {
    rig.api.answer(toolUse('get_weather', { city: 'Oslo' }, { id: 'toolu_s' }));
    rig.api.answer(toolUse('StructuredOutput', { a: 2 }));
    const question = user('Tool, then JSON.');
    const first = await rig.ask({ messages: [question], tools: TOOLS, schema });
    expect(end(first).reason).toBe('tool_use');
    const results: Message = { role: 'user', content: [result('toolu_s', 'cold')] };
    const second = await rig.ask({ messages: [question, answerMessage(first), results], tools: TOOLS, schema });
    expect([served(second), answerMessage(second).content]).toEqual(['live', [{ type: 'text', text: '{"a":2}' }]]);
  });
});

describe('a turn', () => {
  test('takes stop sequences, a token limit, an effort and sampling, and the next turn does not inherit them', async () => {
    rig.api.answer(text('Well.'), stop('stop_sequence', 'X'));
    rig.api.answer(text('Plain.'));
    const question = user('Flags.');
    const first = await rig.ask({
      messages: [question],
      maxTokens: 77,
      stop: ['X'],
      effort: 'high',
      sampling: { temperature: 0.5, topP: 0.9, topK: 3 },
    });
    expect(end(first)).toMatchObject({ reason: 'stop', stopSequence: 'X' });
    expect(rig.api.requests.at(-1)?.body).toMatchObject({
      max_tokens: 77,
      stop_sequences: ['X'],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 3,
      output_config: { effort: 'high' },
    });
    const second = await rig.ask({ messages: [question, answerMessage(first), user('Next.')] });
    expect(served(second)).toBe('live');
    const body = rig.api.requests.at(-1)?.body ?? {};
    expect(body).not.toHaveProperty('stop_sequences');
    expect(body).not.toHaveProperty('temperature');
    expect(body).toMatchObject({ output_config: { effort: 'medium' } });
    expect(z.looseObject({ max_tokens: z.number() }).parse(body).max_tokens).toBeGreaterThan(77);
  });

  test('that reaches its token limit ends with `length`, and the CLI does not continue by itself', async () => {
    rig.api.answer(text('Cut'), stop('max_tokens'));
    const events = await rig.ask({ messages: [user('Limit.')], maxTokens: 5 });
    expect([end(events).reason, answerMessage(events).content]).toEqual(['length', [{ type: 'text', text: 'Cut' }]]);
  });
});
