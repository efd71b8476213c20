import { expect, test } from 'vitest';
import { buildHistory, type HistoryTurn } from '../../../../app/api/input/history';

const user = (text: string): HistoryTurn => ({ role: 'user', content: [{ type: 'text', text }] });
const system = (text: string): HistoryTurn => ({ role: 'system', text });
const assistant = (text: string, ...calls: [id: string | null, name: string][]): HistoryTurn => ({
  role: 'assistant',
  text,
  calls: calls.map(([id, name]) => ({ id, name, input: {} })),
});
const tool = (text: string, id: string | null = null, name: string | null = null): HistoryTurn => ({
  role: 'tool',
  id,
  name,
  content: [{ type: 'text', text }],
});

/** The id of each answered call, with the text of its result. */
function results(turns: HistoryTurn[]): [string, string][] {
  return buildHistory(turns).messages.flatMap((message) =>
    message.role === 'user'
      ? message.content.flatMap((block): [string, string][] =>
          block.type === 'tool_result'
            ? [[block.toolUseId, block.content.map((part) => (part.type === 'text' ? part.text : '')).join('')]]
            : [],
        )
      : [],
  );
}

test('joins all system messages with a blank line', () => {
  const { system: joined, messages } = buildHistory([system('one'), user('hi'), system('two'), system('')]);
  expect(joined).toBe('one\n\ntwo');
  expect(messages).toHaveLength(1);
});

test('keeps the roles, and does not merge messages of one role', () => {
  const { messages } = buildHistory([user('a'), user('b'), assistant('c'), user('d')]);
  expect(messages.map(({ role }) => role)).toEqual(['user', 'user', 'assistant', 'user']);
});

test('assigns a result to its call by id, in any order', () => {
  const turns = [user('?'), assistant('', ['a', 'x'], ['b', 'x']), tool('for b', 'b'), tool('for a', 'a')];
  expect(results(turns)).toEqual([
    ['b', 'for b'],
    ['a', 'for a'],
  ]);
});

test('assigns a result without an id by the name of its tool', () => {
  const turns = [user('?'), assistant('', ['a', 'x'], ['b', 'y']), tool('y', null, 'y'), tool('x', null, 'x')];
  expect(results(turns)).toEqual([
    ['b', 'y'],
    ['a', 'x'],
  ]);
});

test('assigns results without id and name in order, even if the calls have no ids either', () => {
  const turns = [user('?'), assistant('', [null, 'x'], [null, 'x']), tool('first'), tool('second')];
  expect(results(turns)).toEqual([
    ['call_1_0', 'first'],
    ['call_1_1', 'second'],
  ]);
});

test('joins the results of one answer in one user message', () => {
  const { messages } = buildHistory([
    user('?'),
    assistant('', ['a', 'x'], ['b', 'x']),
    tool('1', 'a'),
    tool('2', 'b'),
    user('go on'),
  ]);
  expect(messages.map(({ role, content }) => [role, content.length])).toEqual([
    ['user', 1],
    ['assistant', 2],
    ['user', 2],
    ['user', 1],
  ]);
});

test('adds a result to a call without one, since the API requires it', () => {
  const { messages } = buildHistory([user('?'), assistant('', ['a', 'x']), user('never mind')]);
  expect(messages[2]?.content[0]).toMatchObject({ type: 'tool_result', toolUseId: 'a', isError: true });
});

test('keeps a result whose call is missing, as text', () => {
  const { messages } = buildHistory([tool('18 degrees'), user('warm?')]);
  expect(messages[0]).toEqual({ role: 'user', content: [{ type: 'text', text: '18 degrees' }] });
});

test('replaces characters that the API refuses in the ids of calls and results', () => {
  const { messages } = buildHistory([user('?'), assistant('', ['functions.x:0', 'x']), tool('1', 'functions.x:0')]);
  expect(messages[1]?.content[0]).toMatchObject({ id: 'functions_x_0' });
  expect(messages[2]?.content[0]).toMatchObject({ toolUseId: 'functions_x_0' });
});

test('leaves out messages without content', () => {
  const { messages } = buildHistory([user('a'), assistant(''), user('b')]);
  expect(messages.map(({ role }) => role)).toEqual(['user', 'user']);
});

test('adds a user message behind a last assistant message if the answer is bound to a form, for LangGraph agents', () => {
  const turns = [user('a'), assistant('b')];
  const expected = [
    { role: 'user', content: [{ type: 'text', text: 'a' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
    { role: 'user', content: [{ type: 'text', text: 'Give this answer in the form that is asked for.' }] },
  ];
  expect(buildHistory(turns, { answerForm: { schema: { type: 'object' } } }).messages).toEqual(expected);
  expect(buildHistory(turns, { answerForm: { toolChoice: { type: 'named', name: 'extract' } } }).messages).toEqual(
    expected,
  );
  expect(buildHistory(turns, { answerForm: { toolChoice: { type: 'required' } } }).messages).toEqual(expected);
  expect(() => buildHistory(turns, { answerForm: { toolChoice: { type: 'auto' } } })).toThrow('from the assistant');
});

test('asks system texts that stand alone as the user’s question, where the dialect accepts that', () => {
  const { system: rest, messages } = buildHistory([system('a'), system('b')], { systemMayAsk: true });
  expect([rest, messages.map(({ role }) => role)]).toEqual(['', ['user', 'user']]);
  const beside = buildHistory([system('a'), user('b')], { systemMayAsk: true });
  expect([beside.system, beside.messages.length]).toEqual(['a', 1]);
});

test('removes Claude Code’s billing header from the system prompt', () => {
  const header = 'x-anthropic-billing-header: cc_version=2.1.330.d01; cc_entrypoint=cli;';
  expect(buildHistory([system(header), system('You are kind.'), user('hi')]).system).toBe('You are kind.');
  expect(buildHistory([system(`${header}\n\nYou are kind.`), user('hi')]).system).toBe('You are kind.');
  expect(buildHistory([system(`Never write ${header}`), user('hi')]).system).toBe(`Never write ${header}`);
});

test.each([
  ['ends with the assistant', [user('a'), assistant('b')], 'from the assistant'],
  ['ends with an empty message', [user('a'), assistant('b'), user('')], 'last message is empty'],
  ['ends with a blank message', [user('a'), assistant('b'), user(' \r\n')], 'last message is empty'],
  ['holds nothing but a system prompt', [system('a')], 'no user message'],
])('refuses a history that %s', (_what, turns, message) => {
  expect(() => buildHistory(turns)).toThrow(message);
});
