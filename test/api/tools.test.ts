/** The client's tools, native to the model, with the real CLI: asked, waited for, and gone on with in the same turn. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ChatEvent } from '../../app/chat/events';
import type { ClientTool, Message, ToolResultBlock } from '../../app/chat/request';
import { type ChatRig, startChatRig } from '../support/chatRig';
import { stop, text, toolUse, usage } from '../support/messagesApi';

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
const BASH: ClientTool = { name: 'Bash', description: 'A tool of the client’s.', inputSchema: { type: 'object', properties: {} } };
const TOOLS = [WEATHER, BASH];

function user(said: string): Message {
  return { role: 'user', content: [{ type: 'text', text: said }] };
}

function result(toolUseId: string, said: string, isError = false): ToolResultBlock {
  return { type: 'tool_result', toolUseId, content: [{ type: 'text', text: said }], isError };
}

/** The answer as the client would put it into its history. */
function answered(events: readonly ChatEvent[]): Message {
  const said = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  const calls = events.flatMap((event) =>
    event.type === 'tool_end' ? [{ type: 'tool_use' as const, id: event.id, name: event.name, input: event.input }] : [],
  );
  return { role: 'assistant', content: [...(said ? [{ type: 'text' as const, text: said }] : []), ...calls] };
}

function end(events: readonly ChatEvent[]) {
  const last = events.at(-1);
  if (last?.type !== 'end') throw new Error(`no end: ${JSON.stringify(last)} ${String(last?.type === 'error' && last.error)}`);
  return last;
}

function served(events: readonly ChatEvent[]) {
  return events.find((event) => event.type === 'start')?.served;
}

describe('a call', () => {
  test('of several tools reaches the client whole, and the turn goes on with the results', async () => {
    rig.api.answer(
      text('Let me see.'),
      toolUse('get_weather', { city: 'Oslo' }, { id: 'toolu_a' }),
      toolUse('Bash', { x: [1, 'é😀'] }, { id: 'toolu_b' }),
      usage({ input: 10, output: 20 }),
    );
    rig.api.answer(text('Sunny.'), usage({ input: 30, output: 3 }));
    const question = user('Weather?');
    const first = await rig.ask({ messages: [question], tools: TOOLS });

    console.log(JSON.stringify(first), (first.at(-1) as { error?: unknown }).error);
    expect(first.filter(({ type }) => type.startsWith('tool_c') || type === 'tool_end')).toEqual([
      { type: 'tool_call', index: 0, id: 'toolu_a', name: 'get_weather' },
      { type: 'tool_end', index: 0, id: 'toolu_a', name: 'get_weather', input: { city: 'Oslo' } },
      { type: 'tool_call', index: 1, id: 'toolu_b', name: 'Bash' },
      { type: 'tool_end', index: 1, id: 'toolu_b', name: 'Bash', input: { x: [1, 'é😀'] } },
    ]);
    expect(end(first)).toMatchObject({ reason: 'tool_use', usage: { inputTokens: 10, outputTokens: 20 } });
    expect(rig.chat.live().map(({ phase }) => phase)).toContain('waiting_for_tool');

    const results: Message = { role: 'user', content: [result('toolu_b', 'done', true), result('toolu_a', '20 °C')] };
    const second = await rig.ask({ messages: [question, answered(first), results], tools: TOOLS });

    expect([served(second), answered(second).content]).toEqual(['live', [{ type: 'text', text: 'Sunny.' }]]);
    expect(end(second)).toMatchObject({ reason: 'stop', usage: { inputTokens: 30, outputTokens: 3 } });
    const told = rig.api.requests.at(-1);
    expect(told?.body.tools).toEqual(
      expect.arrayContaining(TOOLS.map(({ name, description, inputSchema }) => ({ name, description, input_schema: inputSchema }))),
    );
    console.log(JSON.stringify(told?.history), JSON.stringify(rig.api.requests[0]?.body.messages).slice(0, 1500));
  });
});

test('schema', async () => {
  rig.api.answer(text('Well.'));
  rig.api.answer(toolUse('StructuredOutput', { a: 1 }));
  const events = await rig.ask({ messages: [user('json')], schema: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] } });
  console.log(JSON.stringify(events));
});
test('flags', async () => {
  rig.api.answer(text('Well.'), stop('stop_sequence', 'X'));
  const events = await rig.ask({ messages: [user('flags')], maxTokens: 77, stop: ['X'], effort: 'high', sampling: { temperature: 0.5 } });
  console.log(JSON.stringify(events), JSON.stringify({ ...rig.api.requests.at(-1)?.body, messages: 0, system: 0 }));
});
