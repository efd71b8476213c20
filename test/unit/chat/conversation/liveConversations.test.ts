/** Which process a follow-up gets, and which is ended to make room. The processes are fakes that can only end. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createLiveConversations,
  type LiveConversation,
  type LiveConversations,
} from '../../../../app/chat/conversation/liveConversations';
import type { HeldTranscript } from '../../../../app/chat/conversation/transcript';
import type { Message } from '../../../../app/chat/request';
import type { RunningTurn } from '../../../../app/chat/turn/runningTurn';
import type { ProcessLease } from '../../../../app/claude/pool/pool';
import type { ClaudeProcess } from '../../../../app/claude/process/claudeProcess';
import { DEADLINES } from '../../../../app/claude/process/deadlines/deadlines';
import { NO_USAGE } from '../../../../app/shared/usage';

let live: LiveConversations;
let changes: number;

beforeEach(() => {
  vi.useFakeTimers();
  changes = 0;
  live = createLiveConversations(() => {
    changes += 1;
  });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A conversation that is answering. */
function busy(id: string, name?: string): LiveConversation & { die(): void; released: number } {
  const now = Date.now();
  const status = {
    id,
    owner: '',
    client: 'test',
    model: 'claude-sonnet-5-5',
    phase: 'preparing',
    title: '',
    turns: 0,
    usage: NO_USAGE,
    startedAt: now,
    lastUsedAt: now,
    pid: 1,
    expiresAt: null,
  } as const;
  const added = live.add({ ...status }, name);
  let die = () => {};
  const exited = new Promise<{ code: number; signal: null; stderr: string }>((resolve) => {
    die = () => resolve({ code: 0, signal: null, stderr: '' });
  });
  const conversation = Object.assign(added, { die, released: 0 });
  added.lease = {
    process: { exited, kill: () => {} } as ClaudeProcess,
    queuedMs: 0,
    release: async () => {
      conversation.released += 1;
      die();
    },
  };
  return conversation;
}

function held(digest: string): HeldTranscript {
  return { digest, endMark: digest, owner: '', system: '', messages: [], frames: [] };
}

function takeIdle(mark: string, name?: string): LiveConversation | undefined {
  return live.takeIdle({ mark, system: '', name, bringsToolResults: false });
}

function markIdle(conversation: LiveConversation, digest: string, idleMs = 1_000): void {
  live.markIdle(conversation, held(digest), idleMs);
}

/** A conversation that waits for a follow-up; its process holds the history of that digest. */
function idle(id: string, digest: string, { name, idleMs }: { name?: string; idleMs?: number } = {}) {
  const conversation = busy(id, name);
  markIdle(conversation, digest, idleMs);
  return conversation;
}

/** A conversation whose process waits for the results of a tool. */
function waiting(id: string) {
  const conversation = busy(id);
  conversation.waitingTurn = { process: { exited: new Promise(() => {}) } } as unknown as RunningTurn;
  markIdle(conversation, id);
  return conversation;
}

const ids = () => live.list().map(({ id }) => id);

describe('a follow-up', () => {
  test('takes the process that holds exactly its history, once', () => {
    const conversation = idle('one', 'history');

    expect(takeIdle('another')).toBeUndefined();
    expect(takeIdle('history')).toBe(conversation);
    expect(takeIdle('history')).toBeUndefined();
  });

  test('with a name takes the conversation of that name among those with the same history', () => {
    const own = idle('one', 'history', { name: 'mine' });
    idle('two', 'history', { name: 'yours' });
    idle('three', 'history');

    expect(takeIdle('history', 'mine')).toBe(own);
  });

  test('without a name takes a nameless conversation among those with the same history', () => {
    idle('one', 'history', { name: 'yours' });
    const nameless = idle('two', 'history');
    idle('three', 'history', { name: 'yours too' });

    expect(takeIdle('history')).toBe(nameless);
  });

  test('with another name takes the process all the same, which becomes another conversation', () => {
    const conversation = idle('one', 'history', { name: 'yours' });
    live.change(conversation, { usage: { ...NO_USAGE, input: 5 } });

    const taken = takeIdle('history', 'mine') as LiveConversation;
    live.reassign(taken, 'two', 'mine', { ...NO_USAGE, input: 3 });

    expect(ids()).toEqual(['two']);
    expect([taken.name, taken.status.usage]).toEqual(['mine', { ...NO_USAGE, input: 3 }]);
    expect(live.find('one')).toBeUndefined();
  });

  test('does not take a process that is still answering', () => {
    const conversation = idle('one', 'history');
    takeIdle('history');

    expect(live.list()[0]).toMatchObject({ phase: 'preparing', expiresAt: null });
    expect(conversation.transcript).toBeUndefined();
  });

  test('can be interrupted even where the request before it was', () => {
    const conversation = busy('one');
    conversation.abort.abort();
    markIdle(conversation, 'history');

    expect(takeIdle('history')?.abort.signal.aborted).toBe(false);
  });
});

test('the transcript of an idle process can be read without taking the process', () => {
  const messages: Message[] = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }];
  live.markIdle(busy('one'), { ...held('history'), system: 'Be brief.', messages }, 1_000);

  expect(live.heldTranscript('history')).toMatchObject({ system: 'Be brief.', messages });
  expect(live.heldTranscript('another')).toBeUndefined();
  expect(live.markedTranscript('history')).toMatchObject({ messages });
  const wanted = { mark: 'history', system: 'Be brief.', name: undefined, bringsToolResults: false };
  expect(live.takeIdle(wanted)).toBeDefined();
});

describe('an idle conversation', () => {
  test('ends when its idle time is over', () => {
    const conversation = idle('one', 'history', { idleMs: 1_000 });
    expect(live.list()[0]?.expiresAt).toBe(Date.now() + 1_000);

    vi.advanceTimersByTime(999);
    expect(conversation.released).toBe(0);

    vi.advanceTimersByTime(1);
    expect([conversation.released, ids()]).toEqual([1, []]);
    expect(takeIdle('history')).toBeUndefined();
  });

  test('does not end while it answers another request', () => {
    const conversation = idle('one', 'history', { idleMs: 1_000 });
    takeIdle('history');

    vi.advanceTimersByTime(5_000);

    expect(conversation.released).toBe(0);
  });

  test('never ends by itself where its idle time is infinite', () => {
    const conversation = idle('one', 'history', { idleMs: Number.POSITIVE_INFINITY });

    vi.advanceTimersByTime(3_000_000_000);

    expect(conversation.released).toBe(0);
    expect(live.list()[0]?.expiresAt).toBe(Number.POSITIVE_INFINITY);
  });

  test('is removed from the list when its process dies', async () => {
    const conversation = idle('one', 'history');

    conversation.die();
    await vi.advanceTimersByTimeAsync(0);

    expect(ids()).toEqual([]);
    expect(takeIdle('history')).toBeUndefined();
  });

  test('stays in the list when a process that it had before dies', async () => {
    const conversation = idle('one', 'history');
    const { die } = conversation;
    const taken = takeIdle('history') as LiveConversation;
    taken.lease = {
      process: { exited: new Promise(() => {}) } as unknown as ClaudeProcess,
      queuedMs: 0,
      release: async () => {},
    };
    markIdle(taken, 'history');

    die();
    await vi.advanceTimersByTimeAsync(0);

    expect(ids()).toEqual(['one']);
  });
});

describe('reclaim', () => {
  test('ends the least recently used conversation', () => {
    const one = idle('one', 'a');
    const two = idle('two', 'b');
    const three = idle('three', 'c');
    markIdle(takeIdle('a') as LiveConversation, 'a2');

    expect(live.reclaim()).toBe(true);

    expect([one, two, three].map(({ released }) => released)).toEqual([0, 1, 0]);
    expect(ids()).toEqual(['three', 'one']);
  });

  test('ends the conversation that has been idle for longest, whichever began first', () => {
    const slow = busy('slow');
    const quick = busy('quick');
    markIdle(quick, 'a');
    markIdle(slow, 'b');

    live.reclaim();

    expect([slow.released, quick.released]).toEqual([0, 1]);
  });

  test('spares a conversation that waits for a tool where as many do not', () => {
    waiting('calls');
    idle('chat', 'a');

    live.reclaim();

    expect(ids()).toEqual(['calls']);
  });

  test('ends the one that has waited for a tool for longest where most of them do', () => {
    idle('chat', 'a');
    waiting('first');
    waiting('second');

    live.reclaim();

    expect(ids()).toEqual(['chat', 'second']);
  });

  test('ends no conversation that is answering', () => {
    const conversation = busy('one');

    expect(live.reclaim()).toBe(false);
    expect(conversation.released).toBe(0);
  });
});

describe('end', () => {
  test('ends an idle conversation’s process at once', async () => {
    const conversation = idle('one', 'history');

    expect(await live.end('one')).toBe(true);

    expect([conversation.released, ids()]).toEqual([1, []]);
  });

  test('interrupts an answer, and waits until the conversation is removed', async () => {
    const conversation = busy('one');
    const ended = live.end('one');
    expect(conversation.abort.signal.aborted).toBe(true);

    live.remove(conversation);

    expect(await ended).toBe(true);
  });

  test('kills the process of an answer that does not end in time', async () => {
    const conversation = busy('one');
    const kill = vi.fn();
    conversation.lease = { ...conversation.lease, process: { ...conversation.lease?.process, kill } } as ProcessLease;
    const ended = live.end('one');

    await vi.advanceTimersByTimeAsync(DEADLINES.endMs);

    expect(await ended).toBe(true);
    expect(kill).toHaveBeenCalledOnce();
    expect(ids()).toEqual([]);
  });

  test('returns false where there is no such conversation', async () => {
    expect(await live.end('one')).toBe(false);
  });
});

describe('the listener is called', () => {
  test.each<[string, (conversation: LiveConversation) => void]>([
    ['is taken by a request', () => takeIdle('history')],
    ['changes', (conversation) => live.change(conversation, { phase: 'answering' })],
    ['becomes another', (conversation) => live.reassign(conversation, 'two', undefined, NO_USAGE)],
    ['is removed', (conversation) => live.remove(conversation)],
  ])('when a conversation %s', (_what, change) => {
    const conversation = idle('one', 'history');
    const before = changes;

    change(conversation);

    expect(changes).toBe(before + 1);
  });
});
