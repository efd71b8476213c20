import { describe, expect, test } from 'vitest';
import { type ConversationKey, digestOf, digestOfKey, extendDigest } from '../../../../app/chat/conversation/digest';
import type { AssistantBlock, Message, UserBlock } from '../../../../app/chat/request';

const KEY: ConversationKey = { owner: '', system: 'Be brief.', model: 'claude-sonnet-5-5', setup: '' };

const text = (words: string) => ({ type: 'text', text: words }) as const;
const image = (data: string, mediaType = 'image/png') => ({ type: 'image', mediaType, data }) as const;
const user = (...content: (string | UserBlock)[]): Message => ({
  role: 'user',
  content: content.map((block) => (typeof block === 'string' ? text(block) : block)),
});
const assistant = (...content: (string | AssistantBlock)[]): Message => ({
  role: 'assistant',
  content: content.map((block) => (typeof block === 'string' ? text(block) : block)),
});
const call = (id: string, name: string, input: Record<string, unknown>) =>
  ({ type: 'tool_use', id, name, input }) as const;
const result = (toolUseId: string, words: string, isError = false) =>
  ({ type: 'tool_result', toolUseId, content: [text(words)], isError }) as const;

const same = (one: Message, other: Message) => digestOf(KEY, [one]) === digestOf(KEY, [other]);

describe('histories are the same', () => {
  test.each<[string, Message, Message]>([
    ['whatever white space stands at the ends of a question', user('hi'), user(' \n hi\t\n')],
    ['whatever white space stands at the ends of an answer', assistant('hi'), assistant('\nhi ')],
    ['where the answer came in several blocks', assistant('one ', 'two'), assistant('one two')],
    ['where a message ends in an empty text', user('hi'), user('hi', '')],
    ['whatever the ids of calls', assistant(call('a', 'f', { x: 1 })), assistant(call('b', 'f', { x: 1 }))],
    ['whatever the ids of results', user(result('a', 'rain')), user(result('b', 'rain'))],
    [
      'in whatever order a call’s arguments are written',
      assistant(call('a', 'f', { x: 1, y: { a: [1], b: 2 } })),
      assistant(call('a', 'f', { y: { b: 2, a: [1] }, x: 1 })),
    ],
    [
      'whatever white space stands between an answer and its calls',
      assistant('Let me see.\n', call('a', 'f', {})),
      assistant('Let me see.', call('a', 'f', {})),
    ],
  ])('%s', (_, one, other) => {
    expect(same(one, other)).toBe(true);
  });
});

describe('histories are not the same', () => {
  test.each<[string, Message, Message]>([
    ['where a word is another', user('hi'), user('ho')],
    ['where white space inside is another', user('a b'), user('a  b')],
    ['where the role is another', user('hi'), assistant('hi')],
    ['where an image is another', user('look', image('AAAA')), user('look', image('BBBB'))],
    ['where an image is of another type', user(image('AAAA')), user(image('AAAA', 'image/jpeg'))],
    ['where an image is gone', user('look', image('AAAA')), user('look')],
    ['where an image stands elsewhere', user('look', image('AAAA')), user(image('AAAA'), 'look')],
    ['where two texts are one', user('a', 'b'), user('ab')],
    ['where a call is of another tool', assistant(call('a', 'f', {})), assistant(call('a', 'g', {}))],
    ['where a call’s arguments are others', assistant(call('a', 'f', { x: 1 })), assistant(call('a', 'f', { x: '1' }))],
    [
      'where a list of arguments is in another order',
      assistant(call('a', 'f', { x: [1, 2] })),
      assistant(call('a', 'f', { x: [2, 1] })),
    ],
    ['where a result is another', user(result('a', 'rain')), user(result('a', 'snow'))],
    ['where a result is an error', user(result('a', 'rain')), user(result('a', 'rain', true))],
    ['where a result is a text', user(result('a', 'rain')), user('rain')],
    ['where a text reads as a part is written', user('["image","image/png"]'), user(image('AAAA'))],
  ])('%s', (_, one, other) => {
    expect(same(one, other)).toBe(false);
  });

  test.each<[string, Partial<ConversationKey>]>([
    ['owner', { owner: 'key-1' }],
    ['system prompt', { system: 'Be brief' }],
    ['model', { model: 'claude-haiku-5' }],
  ])('under another %s, with messages and without', (_, other) => {
    const history = [user('hi'), assistant('hello')];

    expect(digestOf({ ...KEY, ...other }, history)).not.toBe(digestOf(KEY, history));
    expect(digestOfKey({ ...KEY, ...other })).not.toBe(digestOfKey(KEY));
  });

  test('where two messages are one', () => {
    expect(digestOf(KEY, [user('a'), user('b')])).not.toBe(digestOf(KEY, [user('a', 'b')]));
  });

  test('where one goes on', () => {
    expect(digestOf(KEY, [user('a')])).not.toBe(digestOf(KEY, [user('a'), assistant('b')]));
  });
});

test('a history is known from the digest of what came before and its last message', () => {
  const history = [user('a'), assistant('b'), user('c')];

  expect(history.reduce(extendDigest, digestOfKey(KEY))).toBe(digestOf(KEY, history));
});
