/** How far a process must be rewound to hold a part of a history. */
import { describe, expect, test } from 'vitest';
import { commonPrefix, type IdleConversation, type MarkedHistory } from '../../../../app/chat/conversation/prefix';
import type { Message } from '../../../../app/chat/request';

const QUESTION: Message = { role: 'user', content: [] };
const ANSWER: Message = { role: 'assistant', content: [] };

describe('a process is rewound', () => {
  test('to the last of the user’s messages before which all messages are equal', () => {
    expect(commonPrefix(idle(3), history('m0 m1 m2 m3 m4 x5'))).toEqual({ kept: 2, start: 4 });
    expect(commonPrefix(idle(3), history('m0 m1 m2 x3'))).toEqual({ kept: 1, start: 2 });
  });

  test('not at all where the history goes on from its end', () => {
    expect(commonPrefix(idle(2), history('m0 m1 m2 m3 m4 x5 x6'))).toEqual({ kept: 2, start: 4 });
  });

  test('only to a point at which the history has a message of the user’s, too', () => {
    const merged = { ...history('m0 m1 m2 m3 m4 x5'), starts: new Set([0, 2]) };

    expect(commonPrefix(idle(3), merged)).toEqual({ kept: 1, start: 2 });
  });

  test('with its question where the turn waits for the result of a tool', () => {
    expect(commonPrefix({ ...idle(2), waitingTurn: {} }, history('m0 m1 m2 m3 m4 x5'))).toEqual({ kept: 1, start: 2 });
  });
});

describe('a process is not rewound', () => {
  test.each<[string, IdleConversation, MarkedHistory]>([
    ['where the first answer differs', idle(3), history('m0 m1 x2 m3')],
    ['where only one of the two has a system prompt', idle(3), { ...history('m0 m1 m2 m3 m4'), system: 'A' }],
    ['where it cannot be', idle(3, { reusable: false }), history('m0 m1 m2 m3 m4')],
    ['where it holds another number of messages', idle(3, { turns: 2 }), history('m0 m1 m2 m3 m4')],
    [
      'where a client has given the conversation another name',
      named('mine'),
      { ...history('m0 m1 m2'), name: 'yours' },
    ],
    ['where a long conversation only begins alike', idle(8), history('m0 m1 m2 x3 x4')],
  ])('%s', (_, live, wanted) => {
    expect(commonPrefix(live, wanted)).toBeUndefined();
  });
});

test('a long conversation of the same id is rewound to its beginning', () => {
  expect(commonPrefix(idle(8), { ...history('m0 m1 m2 x3 x4'), conversation: 'conv_1' })).toEqual({
    kept: 1,
    start: 2,
  });
});

test('a conversation is rewound to the last common turn to which its process can be', () => {
  const live = idle(4, { canRewindTo: (turns) => turns <= 1 });

  expect(commonPrefix(live, history('m0 m1 m2 m3 m4 x5 x6'))).toEqual({ kept: 1, start: 2 });
});

/** A conversation of so many turns, whose marks are m0, m1 and so on. */
function idle(
  count: number,
  { reusable = true, turns = count, canRewindTo = (_: number): boolean => true } = {},
): IdleConversation {
  const frames = Array.from({ length: count }, (_, index) => index * 2);
  return {
    status: { id: 'conv_1' },
    name: undefined,
    lease: { process: { reusable, turns, canRewindTo } },
    frames,
    transcript: {
      ...{ digest: '', owner: '', system: '', endMark: `m${count * 2}` },
      messages: frames.flatMap(() => [QUESTION, ANSWER]),
      frames: frames.map((start) => ({ start, mark: `m${start}` })),
    },
  };
}

function named(name: string): IdleConversation {
  return { ...idle(2), name };
}

/** A history with these marks, whose messages are the user's and the model's by turns. */
function history(marks: string): MarkedHistory {
  const all = marks.split(' ');
  const starts = new Set(all.flatMap((_, index) => (index % 2 === 0 ? [index] : [])));
  return { marks: all, starts, system: '', name: undefined, conversation: undefined };
}
