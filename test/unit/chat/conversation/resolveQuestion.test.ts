/** How a request is completed from the conversation history, and which conversation its turn belongs to. */
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type ConversationHistory,
  HistoryUnavailableError,
  type ResumableConversation,
} from '../../../../app/chat/conversation/conversationHistory';
import { type ConversationKey, digestOf, digestOfKey, extendDigest } from '../../../../app/chat/conversation/digest';
import { appendTarget, type QuestionSources, resolveQuestion } from '../../../../app/chat/conversation/resolveQuestion';
import type { HeldTranscript, Transcript } from '../../../../app/chat/conversation/transcript';
import type { ChatRequest, Message } from '../../../../app/chat/request';
import type { Model } from '../../../../app/chat/service';
import { NO_USAGE } from '../../../../app/shared/usage';

const MODEL = { resolved: 'claude-sonnet-5-5' } as Model;
const KEY: ConversationKey = { owner: '', system: '', model: MODEL.resolved, setup: '' };

let stored: Map<string, ResumableConversation>;
/** The messages of stored conversations, by id. */
let texts: Map<string, readonly Message[]>;
let byDigest: Map<string, string>;
let historySenders: Set<string>;
let held: Map<string, Transcript>;
let usersAreIds: boolean;

beforeEach(() => {
  stored = new Map();
  texts = new Map();
  byDigest = new Map();
  historySenders = new Set();
  held = new Map();
  usersAreIds = true;
});

const sources: QuestionSources = {
  live: {
    heldTranscript: (digest) => {
      const transcript = held.get(digest);
      return transcript && ({ ...transcript, digest, endMark: digest, owner: '', frames: [] } satisfies HeldTranscript);
    },
    markedTranscript: () => undefined,
    findWaiting: () => undefined,
  },
  conversationHistory: {
    findByName: (_owner, name) => stored.get(name),
    findByDigest: (digest) => byDigest.get(digest),
    usageOf: () => NO_USAGE,
    readMessages: async ({ id }) => texts.get(id) ?? [],
    readFirstMessage: ({ id }) => texts.get(id)?.[0],
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

/** Stores a conversation under the name. @param messages null where texts are not stored */
function store(name: string, messages: readonly Message[] | null, more: Partial<ResumableConversation> = {}): void {
  texts.set('conv_stored', messages ?? []);
  stored.set(name, {
    id: 'conv_stored',
    system: '',
    model: MODEL.resolved,
    digest: digestOf(KEY, messages ?? []),
    keyDigest: null,
    firstDigest: null,
    hasTexts: messages !== null,
    inMemory: false,
    ...more,
  });
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

  test('follows the stored history', async () => {
    store('chat-1', earlier);

    expect(await resolve(sent)).toMatchObject({
      history: earlier,
      newMessages: [user('c')],
      digest: digestOf(KEY, earlier),
      conversation: 'conv_stored',
      name: 'chat-1',
    });
  });

  test('follows the transcript that a process holds where texts are not stored', async () => {
    store('chat-1', null, { digest: 'digest' });
    held.set('digest', { system: 'Be brief.', messages: earlier });

    expect(await resolve(sent)).toMatchObject({ history: earlier, key: { system: 'Be brief.' } });
  });

  test('is refused where neither the history nor a process has the conversation', async () => {
    store('chat-1', null, { digest: 'digest' });

    await expect(resolve(sent)).rejects.toThrow(
      expect.objectContaining({ kind: 'invalid_request', param: 'messages' }),
    );
  });

  test('begins a conversation where the id is unknown', async () => {
    expect(await resolve(sent)).toMatchObject({ history: [], conversation: undefined, name: 'chat-1' });
  });
});

describe('a request that brings its history', () => {
  const messages = [user('a'), assistant('b'), user('c')];
  const sent = request(messages, { name: { kind: 'label', id: 'chat-1' } });
  const digest = digestOf(KEY, messages.slice(0, 2));

  test('continues the conversation of its name where that has the same history', async () => {
    store('chat-1', messages.slice(0, 2));

    expect(await resolve(sent)).toMatchObject({ history: messages.slice(0, 2), conversation: 'conv_stored' });
  });

  test('continues the conversation that has its history rather than the one of its name', async () => {
    store('chat-1', [user('other')]);
    byDigest.set(digest, 'conv_same_history');

    expect((await resolve(sent)).conversation).toBe('conv_same_history');
  });

  test('continues the conversation of its name where none has its history', async () => {
    store('chat-1', [user('other')]);

    expect((await resolve(sent)).conversation).toBe('conv_stored');
  });
});

test('a question that begins with other words than the chat of its label is no turn of it', async () => {
  store('chat-1', [user('a'), assistant('b')]);

  expect(await resolve(request([user('Write a title.')], { name: { kind: 'label', id: 'chat-1' } }))).toMatchObject({
    conversation: undefined,
    name: undefined,
  });
});

test('an ephemeral question belongs to no conversation', async () => {
  store('chat-1', [user('a')]);

  const { conversation, name } = await resolve(
    request([user('a')], { ephemeral: true, name: { kind: 'label', id: 'chat-1' } }),
  );

  expect([conversation, name]).toEqual([undefined, undefined]);
});

describe('a conversation with a long history', () => {
  const earlier = [user('a'), assistant('b')];
  const unreadable = {
    ...sources.conversationHistory,
    readMessages: () => {
      throw new Error('the messages are not to be read');
    },
    readFirstMessage: () => {
      throw new Error('the first message is not to be read');
    },
  };
  const resolveUnread = (sent: ChatRequest) => {
    const unread = { ...sources, conversationHistory: unreadable };
    return resolveQuestion(sent, MODEL, appendTarget(sent, unread), unread);
  };

  test('is not read to tell that a request is a question about it', async () => {
    store('chat-1', earlier, { firstDigest: extendDigest('', user('a')) });
    const label = { name: { kind: 'label', id: 'chat-1' } } as const;

    expect((await resolveUnread(request([user('Write a title.')], label))).conversation).toBeUndefined();
    expect((await resolveUnread(request([user('a')], label))).conversation).toBe('conv_stored');
  });

  test('is neither read nor hashed where a process holds it', async () => {
    store('chat-1', earlier, { digest: 'digest', keyDigest: digestOfKey(KEY) });
    held.set('digest', { system: '', messages: earlier });

    const { digest } = await resolveUnread(request([user('c')], { name: { kind: 'id', id: 'chat-1' } }));

    // Hashing the messages would give another digest.
    expect(digest).toBe('digest');
  });
});

describe('a history that cannot be read', () => {
  const fail = () => {
    throw new HistoryUnavailableError('the disk is broken');
  };
  const resolveBroken = (sent: ChatRequest, broken: Partial<ConversationHistory>) => {
    const services = { ...sources, conversationHistory: { ...sources.conversationHistory, ...broken } };
    return resolveQuestion(sent, MODEL, appendTarget(sent, services), services);
  };
  const lone = request([user('c')], { name: { kind: 'id', id: 'chat-1' } });

  test.each<[string, Partial<ConversationHistory>]>([
    ['is not known', { findByName: fail }],
    ['has lost its messages', { readMessages: async () => fail() }],
  ])('is an error for a lone message whose conversation %s', async (_, broken) => {
    store('chat-1', [user('a'), assistant('b')]);

    await expect(resolveBroken(lone, broken)).rejects.toThrow(expect.objectContaining({ kind: 'history_unavailable' }));
  });

  test('is none for a request that brings its history', async () => {
    const sent = request([user('a'), assistant('b'), user('c')], { name: { kind: 'id', id: 'chat-1' } });

    expect((await resolveBroken(sent, { findByName: fail })).history).toHaveLength(2);
  });

  test('is taken from the process that holds it, which the question says', async () => {
    store('chat-1', [user('a'), assistant('b')], { digest: 'digest', inMemory: true });
    held.set('digest', { system: '', messages: [user('a'), assistant('b')] });

    expect(await resolveBroken(lone, { readMessages: async () => fail() })).toMatchObject({
      historySource: 'memory',
      history: [user('a'), assistant('b')],
    });
  });
});
