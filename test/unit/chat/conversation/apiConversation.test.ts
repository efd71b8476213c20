/** A request's messages as those of the Messages API. */
import { describe, expect, test } from 'vitest';
import { toApiConversation } from '../../../../app/chat/conversation/apiConversation';
import { ChatError } from '../../../../app/chat/errors';
import type { Message } from '../../../../app/chat/request';

test('the last message is the question, the ones before it are the history, with their roles', () => {
  expect(toApiConversation([user('one'), assistant('uno'), user('two'), assistant('dos'), user('three')])).toEqual({
    history: [
      { role: 'user', content: [text('one')] },
      { role: 'assistant', content: [text('uno')] },
      { role: 'user', content: [text('two')] },
      { role: 'assistant', content: [text('dos')] },
    ],
    question: [text('three')],
    starts: [0, 1, 2, 3, 4],
  });
});

test('consecutive messages of one role become one message, block for block, with nothing between them', () => {
  const { history, question } = toApiConversation([
    user('a'),
    user('b'),
    assistant('c'),
    assistant('d'),
    user('e'),
    user('f'),
  ]);

  expect(history).toEqual([
    { role: 'user', content: [text('a'), text('b')] },
    { role: 'assistant', content: [text('c'), text('d')] },
  ]);
  expect(question).toEqual([text('e'), text('f')]);
});

test.each(['', ' \n'])('a blank text, %j, is left out, and the messages around it become one', (blank) => {
  const { history, question } = toApiConversation([user('a'), assistant(blank), user('b')]);

  expect(history).toEqual([]);
  expect(question).toEqual([text('a'), text('b')]);
});

test('white space around a text is kept as sent', () => {
  expect(toApiConversation([user('\n a ')]).question).toEqual([text('\n a ')]);
});

test('images, tool calls and results are written as in the Messages API', () => {
  const image = { type: 'image', mediaType: 'image/png', data: 'aGk=' } as const;
  const source = { type: 'base64', media_type: 'image/png', data: 'aGk=' };

  expect(
    toApiConversation([
      { role: 'user', content: [text('look'), image] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Kyiv' } }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', toolUseId: 'toolu_1', content: [text('rain'), image], isError: true }],
      },
    ]),
  ).toEqual({
    history: [
      { role: 'user', content: [text('look'), { type: 'image', source }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Kyiv' } }] },
    ],
    question: [
      {
        type: 'tool_result',
        tool_use_id: 'toolu_1',
        content: [text('rain'), { type: 'image', source }],
        is_error: true,
      },
    ],
    starts: [0, 1, 2],
  });
});

test('the starts name the first message of each that is not blank', () => {
  const messages = [
    user(''),
    user('one'),
    user('uno'),
    assistant(' '),
    user('two'),
    assistant('dos'),
    user(''),
    user('three'),
  ];

  const { history, starts } = toApiConversation(messages);

  expect(history.map(({ role }) => role)).toEqual(['user', 'assistant']);
  expect(starts).toEqual([1, 5, 7]);
});

describe('a request without a question is refused', () => {
  test.each<[string, Message[]]>([
    ['without messages', []],
    ['where all texts are blank', [user(''), user(' \n')]],
    ['where the last message is the assistant’s', [user('a'), assistant('b')]],
    ['where only a blank question follows the assistant’s message', [user('a'), assistant('b'), user('')]],
  ])('%s', (_, messages) => {
    expect(() => toApiConversation(messages)).toThrow(ChatError);
    expect(() => toApiConversation(messages)).toThrow(
      expect.objectContaining({ kind: 'invalid_request', param: 'messages' }),
    );
  });
});

test('the client’s messages are not changed', () => {
  const messages = [user('a'), user('b')];

  toApiConversation(messages);

  expect(messages).toEqual([user('a'), user('b')]);
});

function text(words: string) {
  return { type: 'text', text: words } as const;
}

function user(words: string): Message {
  return { role: 'user', content: [text(words)] };
}

function assistant(words: string): Message {
  return { role: 'assistant', content: [text(words)] };
}
