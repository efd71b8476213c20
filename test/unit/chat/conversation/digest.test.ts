import { describe, expect, test } from 'vitest';
import {
  type ConversationKey,
  digestKey,
  digestOf,
  digestOfHistory,
  digestOfKey,
  extendDigest,
} from '../../../../app/chat/conversation/digest';
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

const haveSameDigest = (one: Message, other: Message) => digestOf(KEY, [one]) === digestOf(KEY, [other]);

describe('histories have the same digest', () => {
  test.each<[string, Message, Message]>([
    ['where only white space at the ends of a question differs', user('hi'), user(' \n hi\t\n')],
    ['where only white space at the ends of an answer differs', assistant('hi'), assistant('\nhi ')],
    ['where one has the answer in several blocks', assistant('one ', 'two'), assistant('one two')],
    ['where one message ends with an empty text', user('hi'), user('hi', '')],
    [
      'where only the ids of tool calls differ',
      assistant(call('a', 'f', { x: 1 })),
      assistant(call('b', 'f', { x: 1 })),
    ],
    ['where only the ids of tool results differ', user(result('a', 'rain')), user(result('b', 'rain'))],
    [
      'where only the order of a call’s arguments differs',
      assistant(call('a', 'f', { x: 1, y: { a: [1], b: 2 } })),
      assistant(call('a', 'f', { y: { b: 2, a: [1] }, x: 1 })),
    ],
    [
      'where only white space between an answer and its calls differs',
      assistant('Let me see.\n', call('a', 'f', {})),
      assistant('Let me see.', call('a', 'f', {})),
    ],
  ])('%s', (_, one, other) => {
    expect(haveSameDigest(one, other)).toBe(true);
  });
});

describe('histories have different digests', () => {
  test.each<[string, Message, Message]>([
    ['where a word differs', user('hi'), user('ho')],
    ['where white space inside a text differs', user('a b'), user('a  b')],
    ['where the role differs', user('hi'), assistant('hi')],
    ['where an image differs', user('look', image('AAAA')), user('look', image('BBBB'))],
    ['where an image’s type differs', user(image('AAAA')), user(image('AAAA', 'image/jpeg'))],
    ['where an image is missing', user('look', image('AAAA')), user('look')],
    ['where an image is in another place', user('look', image('AAAA')), user(image('AAAA'), 'look')],
    ['where two texts are joined', user('a', 'b'), user('ab')],
    ['where a call’s tool differs', assistant(call('a', 'f', {})), assistant(call('a', 'g', {}))],
    ['where a call’s arguments differ', assistant(call('a', 'f', { x: 1 })), assistant(call('a', 'f', { x: '1' }))],
    [
      'where the order of a list in the arguments differs',
      assistant(call('a', 'f', { x: [1, 2] })),
      assistant(call('a', 'f', { x: [2, 1] })),
    ],
    ['where a tool’s result differs', user(result('a', 'rain')), user(result('a', 'snow'))],
    ['where a tool’s result is an error', user(result('a', 'rain')), user(result('a', 'rain', true))],
    ['where a tool’s result is a plain text', user(result('a', 'rain')), user('rain')],
    ['where a text looks like a serialized image', user('["image","image/png"]'), user(image('AAAA'))],
  ])('%s', (_, one, other) => {
    expect(haveSameDigest(one, other)).toBe(false);
  });

  test.each<[string, Partial<ConversationKey>]>([
    ['owner', { owner: 'key-1' }],
    ['system prompt', { system: 'Be brief' }],
    ['model', { model: 'claude-haiku-5' }],
  ])('where the %s differs, with messages and without', (_, other) => {
    const history = [user('hi'), assistant('hello')];

    expect(digestOf({ ...KEY, ...other }, history)).not.toBe(digestOf(KEY, history));
    expect(digestOfKey({ ...KEY, ...other })).not.toBe(digestOfKey(KEY));
  });

  test('where two messages are joined', () => {
    expect(digestOf(KEY, [user('a'), user('b')])).not.toBe(digestOf(KEY, [user('a', 'b')]));
  });

  test('where one has a message more', () => {
    expect(digestOf(KEY, [user('a')])).not.toBe(digestOf(KEY, [user('a'), assistant('b')]));
  });
});

test('the digest of a history follows from the digest of its beginning and its last message', async () => {
  const history = [user('a'), assistant('b'), user('c')];

  expect(history.reduce(extendDigest, digestOfKey(KEY))).toBe(digestOf(KEY, history));
  expect(await digestOfHistory(digestOfKey(KEY), history)).toBe(digestOf(KEY, history));
});

test('the digest of long messages, computed in slices, is the same as at once', async () => {
  const words = ' \n"long" ä中\u{1f600}'.repeat(100_000);
  const history = [
    user(words, image('QUFB'.repeat(200_000)), { type: 'document', data: 'QUFB'.repeat(200_000), title: 'a.pdf' }),
    assistant(words, call('a', 'f', { words, a: [1, 2] })),
    user({ type: 'tool_result', toolUseId: 'a', content: [text(words), image('QUFB'.repeat(200_000))], isError: true }),
    assistant('short'),
  ];
  const key = { ...KEY, system: words };

  expect(await digestKey(key)).toBe(digestOfKey(key));
  const expected = digestOf(key, history);
  expect(await digestOfHistory(digestOfKey(key), history)).toBe(expected);
  // Again, with the hashes of the files that are known by now.
  expect(await digestOfHistory(digestOfKey(key), history)).toBe(expected);
});
