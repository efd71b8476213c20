import { expect, test } from 'vitest';
import { isTask, isToolSelectionTask } from '../../../../app/api/input/conversationName';
import { toToolCallsJson } from '../../../../app/api/openWebui/toolSelection';
import type { Message } from '../../../../app/chat/request';

const OSLO = '{"tool_calls":[{"name":"get_weather","parameters":{"city":"Oslo"}}]}';
const NONE = '{"tool_calls":[]}';

test.each([
  ['the form that is asked for', OSLO],
  ['with white space', '\n {"tool_calls": [ {"name": "get_weather", "parameters": {"city": "Oslo"}} ]}\n'],
  ['in a fence', `\`\`\`json\n${OSLO}\n\`\`\``],
  ['between sentences', `I will look {it} up:\n${OSLO}\nThat [should] do.`],
  ['OpenAI’s form', '{"tool_calls":[{"function":{"name":"get_weather","arguments":"{\\"city\\":\\"Oslo\\"}"}}]}'],
  ['Ollama’s form', '{"tools":[{"type":"function","function":{"name":"get_weather","arguments":{"city":"Oslo"}}}]}'],
  ['Anthropic’s form', '{"type":"tool_use","name":"get_weather","input":{"city":"Oslo"}}'],
  ['a single call', '{"name":"get_weather","arguments":{"city":"Oslo"}}'],
  ['a list of calls', '[{"name":"get_weather","parameters":{"city":"Oslo"}}]'],
])('writes a call in Open WebUI’s form, given %s', (_what, text) => {
  expect(toToolCallsJson(text)).toBe(OSLO);
});

test('keeps several calls in their order, also where each is an object of its own', () => {
  const names = (text: string) =>
    JSON.parse(toToolCallsJson(text)).tool_calls.map(({ name }: { name: string }) => name);
  expect(names('{"tool_calls":[{"name":"a"},{"name":"b"}]}')).toEqual(['a', 'b']);
  expect(names('{"name":"a","parameters":{}}\n{"name":"b","parameters":{}}')).toEqual(['a', 'b']);
});

test.each([
  ['an empty object', '{}'],
  ['an empty list', '[]'],
  ['no calls', NONE],
  ['nothing', ''],
  ['prose', 'None of the {tools} helps.'],
  ['another object', '{"answer":{"city":"Oslo"}}'],
  ['calls without names', '{"tool_calls":[{"parameters":{}},{"name":""},3,null]}'],
  ['JSON that broke off', '{"tool_calls":[{"name":"get_weather","param'],
])('says that there are no calls, given %s', (_what, text) => {
  expect(toToolCallsJson(text)).toBe(NONE);
});

test('gives a call without readable parameters none', () => {
  const call = '{"tool_calls":[{"name":"now","parameters":{}}]}';
  for (const parameters of ['null', '"soon"', '[1]', '"{}"']) {
    expect(toToolCallsJson(`{"name":"now","parameters":${parameters}}`)).toBe(call);
  }
});

test('is soon done with a text full of brackets', () => {
  expect(toToolCallsJson('{['.repeat(50_000))).toBe(NONE);
});

const asks = (text: string): Message[] => [{ role: 'user', content: [{ type: 'text', text }] }];
const SELECTION = {
  system: 'Available Tools: [{"name":"get_weather"}]\n\nReturn only the JSON object, with "tool_calls".',
  messages: asks('Query: weather in Oslo?'),
  stream: false,
  hasTools: false,
};
const without = () => undefined;

test.each([
  ['its own template', {}],
  ['other words', { system: 'Choose from these and answer with JSON: {"tool_calls":[]}' }],
  ['a system prompt ahead', { system: `You are a pirate.\n${SELECTION.system}` }],
  ['a history', { messages: asks('History:\nUSER: """hi"""\nQuery: weather in Oslo?'), system: 'JSON tool_calls' }],
])('knows the question for a choice of tools by %s', (_what, change) => {
  expect(isToolSelectionTask({ ...SELECTION, ...change }, without)).toBe(true);
  expect(isTask({ ...SELECTION, ...change }, without)).toBe(true);
});

test('knows it by a header alone', () => {
  const header = (name: string) => (name === 'x-claudacity-task' ? 'function_calling' : undefined);
  expect(isToolSelectionTask({ ...SELECTION, system: '', messages: asks('Oslo?') }, header)).toBe(true);
});

test.each([
  ['a streamed chat', { stream: true }],
  ['a chat with tools', { hasTools: true }],
  ['a chat with a history', { messages: [...asks('a'), ...asks('b')] }],
  ['a chat about such JSON', { system: 'You explain JSON and tool_calls.', messages: asks('What is tool_calls?') }],
  ['a query of another kind', { system: 'Answer in JSON.', messages: asks('Query: weather in Oslo?') }],
])('leaves %s alone', (_what, change) => {
  expect(isToolSelectionTask({ ...SELECTION, ...change }, without)).toBe(false);
});
