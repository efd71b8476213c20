/** How a request is completed from the conversation history, and which conversation its turn belongs to. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { ConversationHistory, ResumableConversation } from '../../../../app/chat/conversation/conversationHistory';
import { type ConversationKey, digestOf } from '../../../../app/chat/conversation/digest';
import { appendTarget, type QuestionSources, resolveQuestion } from '../../../../app/chat/conversation/resolveQuestion';
import type { Transcript } from '../../../../app/chat/conversation/transcript';
import type { ChatRequest, Message } from '../../../../app/chat/request';
import type { Model } from '../../../../app/chat/service';
import { NO_USAGE } from '../../../../app/shared/usage';

const MODEL = { resolved: 'claude-sonnet-5-5' } as Model;
const KEY: ConversationKey = { owner: '', system: '', model: MODEL.resolved, setup: '' };

let stored: Map<string, ResumableConversation>;
let byDigest: Map<string, string>;
let historySenders: Set<string>;
let held: Map<string, Transcript>;
let usersAreIds: boolean;

beforeEach(() => {
  stored = new Map();
  byDigest = new Map();
  historySenders = new Set();
  held = new Map();
  usersAreIds = true;
});

const sources: QuestionSources = {
  live: { heldTranscript: (digest) => held.get(digest) },
  conversationHistory: {
    findByName: (_owner, name) => stored.get(name),
    findByDigest: (digest) => byDigest.get(digest),
    usageOf: () => NO_USAGE,
    beginTurn: () => {
      throw new Error('no turn begins here');
    },
    sendsHistory: (_owner, user) => historySenders.has(user),
    recordHistorySender: (_owner, user) => void historySenders.add(user),
  } satisfies ConversationHistory,
  usersAreIds: () => usersAreIds,
};

const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });
const assistant = (text: string): Message => ({ role: 'assistant', content: [{ type: 'text', text }] });

function request(messages: readonly Message[], more: Partial<ChatRequest> = {}): ChatRequest {
  return { model: 'sonnet', system: '', messages, client: 'test', thinking: false, owner: '', ...more };
}

function storedConversation(messages: readonly Message[] | null, digest = digestOf(KEY, messages ?? [])) {
  return { id: 'conv_stored', system: '', model: MODEL.resolved, digest, messages };
}

const resolve = (sent: ChatRequest) => resolveQuestion(sent, MODEL, appendTarget(sent, sources), sources);

describe('the target of a lone message', () => {
  const lone = [user('hi')];

  test.each<[string, Partial<ChatRequest>, string | undefined]>([
    ['an id', { name: { kind: 'id', id: 'chat-1' } }, 'chat-1'],
    ['a label', { name: { kind: 'label', id: 'chat-1' } }, undefined],
    ['a user', { user: 'Ada' }, 'user:Ada'],
    ['an id and a user', { user: 'Ada', name: { kind: 'id', id: 'chat-1' } }, 'chat-1'],
    ['neither', {}, undefined],
    ['an id, but ephemeral', { ephemeral: true, name: { kind: 'id', id: 'chat-1' } }, undefined],
  ])('with %s', (_, fields, expected) => {
    expect(appendTarget(request(lone, fields), sources)).toBe(expected);
  });

  test('is none for a user who has sent a history', () => {
    appendTarget(request([user('a'), assistant('b'), user('c')], { user: 'Ada' }), sources);

    expect(appendTarget(request(lone, { user: 'Ada' }), sources)).toBeUndefined();
  });

  test('is none for a user where the setting is off', () => {
    usersAreIds = false;

    expect(appendTarget(request(lone, { user: 'Ada' }), sources)).toBeUndefined();
  });
});

describe('a lone message under an id', () => {
  const earlier = [user('a'), assistant('b')];
  const sent = request([user('c')], { name: { kind: 'id', id: 'chat-1' } });

  test('follows the stored history', () => {
    stored.set('chat-1', storedConversation(earlier));

    expect(resolve(sent)).toMatchObject({
      history: earlier,
      newMessages: [user('c')],
      digest: digestOf(KEY, earlier),
      conversation: 'conv_stored',
      name: 'chat-1',
    });
  });

  test('follows the transcript that a process holds where texts are not stored', () => {
    stored.set('chat-1', storedConversation(null, 'digest'));
    held.set('digest', { system: 'Be brief.', messages: earlier });

    expect(resolve(sent)).toMatchObject({ history: earlier, key: { system: 'Be brief.' } });
  });

  test('is refused where neither the history nor a process has the conversation', () => {
    stored.set('chat-1', storedConversation(null, 'digest'));

    expect(() => resolve(sent)).toThrow(expect.objectContaining({ kind: 'invalid_request', param: 'messages' }));
  });

  test('begins a conversation where the id is unknown', () => {
    expect(resolve(sent)).toMatchObject({ history: [], conversation: undefined, name: 'chat-1' });
  });
});

describe('a request that brings its history', () => {
  const messages = [user('a'), assistant('b'), user('c')];
  const sent = request(messages, { name: { kind: 'label', id: 'chat-1' } });
  const digest = digestOf(KEY, messages.slice(0, 2));

  test('continues the conversation of its name where that has the same history', () => {
    stored.set('chat-1', storedConversation(messages.slice(0, 2)));

    expect(resolve(sent)).toMatchObject({ history: messages.slice(0, 2), conversation: 'conv_stored' });
  });

  test('continues the conversation that has its history rather than the one of its name', () => {
    stored.set('chat-1', storedConversation([user('other')]));
    byDigest.set(digest, 'conv_same_history');

    expect(resolve(sent).conversation).toBe('conv_same_history');
  });

  test('continues the conversation of its name where none has its history', () => {
    stored.set('chat-1', storedConversation([user('other')]));

    expect(resolve(sent).conversation).toBe('conv_stored');
  });
});

test('a question that begins with other words than the chat of its label is no turn of it', () => {
  stored.set('chat-1', storedConversation([user('a'), assistant('b')]));

  expect(resolve(request([user('Write a title.')], { name: { kind: 'label', id: 'chat-1' } }))).toMatchObject({
    conversation: undefined,
    name: undefined,
  });
});

test('an ephemeral question belongs to no conversation', () => {
  stored.set('chat-1', storedConversation([user('a')]));

  const { conversation, name } = resolve(
    request([user('a')], { ephemeral: true, name: { kind: 'label', id: 'chat-1' } }),
  );

  expect([conversation, name]).toEqual([undefined, undefined]);
});
