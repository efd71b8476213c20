/** Which live conversation answers a question, and under which id. */
import { beforeEach, describe, expect, test } from 'vitest';
import { claimConversation } from '../../../../app/chat/conversation/claimConversation';
import {
  createLiveConversations,
  type LiveConversation,
  type LiveConversations,
} from '../../../../app/chat/conversation/liveConversations';
import type { Question } from '../../../../app/chat/conversation/resolveQuestion';
import type { Message } from '../../../../app/chat/request';
import type { RunningTurn } from '../../../../app/chat/turn/runningTurn';
import { NO_USAGE } from '../../../../app/shared/usage';

const HISTORY: readonly Message[] = [
  { role: 'user', content: [{ type: 'text', text: 'a' }] },
  { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
];
const HELD = { digest: 'history', endMark: 'history', owner: '', system: '', messages: HISTORY, frames: [] };
const USAGE = { ...NO_USAGE, input: 5 };

let live: LiveConversations;

beforeEach(() => {
  live = createLiveConversations(() => {});
});

function claim(question: Partial<Question> = {}): LiveConversation {
  const defaults = {
    request: { client: 'test' },
    model: { resolved: 'claude-sonnet-5-5' },
    history: HISTORY,
    newMessages: [],
    key: { owner: '', system: '' },
    heldMark: 'history',
    marks: ['', '1', 'history'],
    apiConversation: () => ({ history: [{ role: 'user' }, { role: 'assistant' }], starts: [0, 1, 2] }),
    conversation: undefined,
    name: undefined,
  } as unknown as Question;
  const sources = { live, conversationHistory: { usageOf: () => USAGE } };
  return claimConversation({ ...defaults, ...question }, sources).conversation;
}

function claimAndFinish(question: Partial<Question> = {}): LiveConversation {
  const conversation = claim(question);
  live.markIdle(conversation, HELD, Number.POSITIVE_INFINITY);
  return conversation;
}

test('a question without a matching process gets a new conversation, with its stored usage', () => {
  expect(claim({ conversation: 'conv_1', name: 'mine' })).toMatchObject({
    name: 'mine',
    status: { id: 'conv_1', client: 'test', model: 'claude-sonnet-5-5', phase: 'preparing', turns: 1, usage: USAGE },
  });
});

test('a question of no known conversation gets a new id', () => {
  expect(claim().status.id).toMatch(/^conv_[0-9a-f]{24}$/);
});

describe('a question whose history an idle process has', () => {
  test('takes that process', () => {
    const conversation = claimAndFinish({ conversation: 'conv_1' });

    expect(claim({ conversation: 'conv_1' })).toBe(conversation);
  });

  test('keeps the id of a nameless conversation', () => {
    const { id } = claimAndFinish().status;

    expect(claim().status.id).toBe(id);
  });

  test('of another name takes the process but not its id', () => {
    const { id } = claimAndFinish({ name: 'yours', conversation: 'conv_1' }).status;

    const conversation = claim({ name: 'mine' });

    expect(conversation.name).toBe('mine');
    expect(conversation.status.id).not.toBe(id);
  });

  test('takes no process for a question without a history', () => {
    const conversation = claimAndFinish();

    expect(claim({ history: [] })).not.toBe(conversation);
  });
});

test('a second question to a conversation that is answering gets an id of its own', () => {
  claim({ conversation: 'conv_1' });

  expect(claim({ conversation: 'conv_1' }).status.id).not.toBe('conv_1');
});

test('a newer branch gets the conversation’s id, and the idle process of the older one another', () => {
  const older = claimAndFinish({ conversation: 'conv_1', name: 'mine' });

  const newer = claim({ conversation: 'conv_1', name: 'mine', heldMark: 'other history' });

  expect(newer.status.id).toBe('conv_1');
  expect(older.status.id).not.toBe('conv_1');
  expect(older.name).toBeUndefined();
  expect(live.heldTranscript('history')).toBeDefined();
});

test('a newer branch ends the process of the older one where that waits for the result of a tool', () => {
  const older = claim({ conversation: 'conv_1', name: 'mine' });
  older.waitingTurn = {} as RunningTurn;
  live.markIdle(older, HELD, 1_000);

  const newer = claim({ conversation: 'conv_1', name: 'mine', heldMark: 'other history' });

  expect(newer.status.id).toBe('conv_1');
  expect(live.list().map(({ id }) => id)).toEqual(['conv_1']);
  expect(live.find('conv_1')).toBe(newer);
});
