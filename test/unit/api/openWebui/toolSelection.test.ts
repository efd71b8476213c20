import { expect, test } from 'vitest';
import { toToolCallsJson } from '../../../../app/api/openWebui/toolSelection';

const OSLO = '{"tool_calls":[{"name":"get_weather","parameters":{"city":"Oslo"}}]}';
const NONE = '{"tool_calls":[]}';

test.each([
  ['the requested form', OSLO],
  ['with white space', '\n {"tool_calls": [ {"name": "get_weather", "parameters": {"city": "Oslo"}} ]}\n'],
  ['in a code fence', `\`\`\`json\n${OSLO}\n\`\`\``],
  ['between sentences', `I will look {it} up:\n${OSLO}\nThat [should] do.`],
  ['OpenAI’s form', '{"tool_calls":[{"function":{"name":"get_weather","arguments":"{\\"city\\":\\"Oslo\\"}"}}]}'],
  ['Ollama’s form', '{"tools":[{"type":"function","function":{"name":"get_weather","arguments":{"city":"Oslo"}}}]}'],
  ['Anthropic’s form', '{"type":"tool_use","name":"get_weather","input":{"city":"Oslo"}}'],
  ['a single call', '{"name":"get_weather","arguments":{"city":"Oslo"}}'],
  ['a list of calls', '[{"name":"get_weather","parameters":{"city":"Oslo"}}]'],
])('writes a call in Open WebUI’s form, given %s', (_what, text) => {
  expect(toToolCallsJson(text)).toBe(OSLO);
});

test('keeps several calls in order, whether in one list or as separate objects', () => {
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
  ['truncated JSON', '{"tool_calls":[{"name":"get_weather","param'],
])('writes an empty list of calls, given %s', (_what, text) => {
  expect(toToolCallsJson(text)).toBe(NONE);
});

test('writes empty parameters for a call whose parameters cannot be read', () => {
  const call = '{"tool_calls":[{"name":"now","parameters":{}}]}';
  for (const parameters of ['null', '"soon"', '[1]', '"{}"']) {
    expect(toToolCallsJson(`{"name":"now","parameters":${parameters}}`)).toBe(call);
  }
});

test('reads a text full of brackets in bounded time', () => {
  expect(toToolCallsJson('{['.repeat(50_000))).toBe(NONE);
});
