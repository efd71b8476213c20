/** Which process a follow-up gets, and which must go. The processes are stand-ins that can end, and no more. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createLiveConversations,
  type LiveConversation,
  type LiveConversations,
} from '../../../../app/chat/conversation/liveConversations';
import type { Message } from '../../../../app/chat/request';
import type { RunningTurn } from '../../../../app/chat/turn/runningTurn';
import type { ClaudeProcess } from '../../../../app/claude/process/claudeProcess';
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

/** A conversation that is being asked. */
function busy(id: string, name?: string): LiveConversation & { die(): void; released: number } {
  const now = Date.now();
  const status = {
    id,
    client: 'test',
    model: 'claude-sonnet-5-5',
    phase: 'preparing',
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
    release: async () => {
      conversation.released += 1;
      die();
    },
  };
  return conversation;
}

function rest(conversation: LiveConversation, digest: string, idleMs = 1_000): void {
  live.markIdle(conversation, { digest, system: '', messages: [] }, idleMs);
}

/** A conversation that waits for a follow-up to the history of that digest. */
function idle(id: string, digest: string, { name, idleMs }: { name?: string; idleMs?: number } = {}) {
  const conversation = busy(id, name);
  rest(conversation, digest, idleMs);
  return conversation;
}

/** A conversation whose process waits for the results of a tool. */
function waiting(id: string) {
  const conversation = busy(id);
  conversation.waitingTurn = { process: { exited: new Promise(() => {}) } } as unknown as RunningTurn;
  rest(conversation, id);
  return conversation;
}

const ids = () => live.list().map(({ id }) => id);

describe('a follow-up', () => {
  test('gets the process that holds exactly its history, once', () => {
    const conversation = idle('one', 'history');

    expect(live.takeIdle('another', undefined, false)).toBeUndefined();
    expect(live.takeIdle('history', undefined, false)).toBe(conversation);
    expect(live.takeIdle('history', undefined, false)).toBeUndefined();
  });

  test('of a name gets its own among those that hold the same', () => {
    const own = idle('one', 'history', { name: 'mine' });
    idle('two', 'history', { name: 'yours' });
    idle('three', 'history');

    expect(live.takeIdle('history', 'mine', false)).toBe(own);
  });

  test('without a name gets the nameless among those that hold the same', () => {
    idle('one', 'history', { name: 'yours' });
    const nameless = idle('two', 'history');
    idle('three', 'history', { name: 'yours too' });

    expect(live.takeIdle('history', undefined, false)).toBe(nameless);
  });

  test('of another name gets a process all the same, and it becomes another conversation', () => {
    const conversation = idle('one', 'history', { name: 'yours' });
    conversation.status.usage = { ...NO_USAGE, input: 5 };

    const taken = live.takeIdle('history', 'mine', false) as LiveConversation;
    live.reassign(taken, 'two', 'mine');

    expect(ids()).toEqual(['two']);
    expect([taken.name, taken.status.usage]).toEqual(['mine', NO_USAGE]);
    expect(live.find('one')).toBeUndefined();
  });

  test('is not given the process that is still answering', () => {
    const conversation = idle('one', 'history');
    live.takeIdle('history', undefined, false);

    expect(live.list()[0]).toMatchObject({ phase: 'preparing', expiresAt: null });
    expect(conversation.transcript).toBeUndefined();
  });

  test('can be interrupted even where the one before it was', () => {
    const conversation = busy('one');
    conversation.abort.abort();
    rest(conversation, 'history');

    expect(live.takeIdle('history', undefined, false)?.abort.signal.aborted).toBe(false);
  });
});

test('what an idle process was told can be read without taking it', () => {
  const messages: Message[] = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }];
  live.markIdle(busy('one'), { digest: 'history', system: 'Be brief.', messages }, 1_000);

  expect(live.heldTranscript('history')).toMatchObject({ system: 'Be brief.', messages });
  expect(live.heldTranscript('another')).toBeUndefined();
  expect(live.takeIdle('history', undefined, false)).toBeDefined();
});

describe('an idle conversation', () => {
  test('ends when its time is over', () => {
    const conversation = idle('one', 'history', { idleMs: 1_000 });
    expect(live.list()[0]?.expiresAt).toBe(Date.now() + 1_000);

    vi.advanceTimersByTime(999);
    expect(conversation.released).toBe(0);

    vi.advanceTimersByTime(1);
    expect([conversation.released, ids()]).toEqual([1, []]);
    expect(live.takeIdle('history', undefined, false)).toBeUndefined();
  });

  test('does not end while it is asked again', () => {
    const conversation = idle('one', 'history', { idleMs: 1_000 });
    live.takeIdle('history', undefined, false);

    vi.advanceTimersByTime(5_000);

    expect(conversation.released).toBe(0);
  });

  test('is kept for good where that was asked for', () => {
    const conversation = idle('one', 'history', { idleMs: Number.POSITIVE_INFINITY });

    vi.advanceTimersByTime(3_000_000_000);

    expect(conversation.released).toBe(0);
    expect(live.list()[0]?.expiresAt).toBe(Number.POSITIVE_INFINITY);
  });

  test('is listed no more when its process has died', async () => {
    const conversation = idle('one', 'history');

    conversation.die();
    await vi.advanceTimersByTimeAsync(0);

    expect(ids()).toEqual([]);
    expect(live.takeIdle('history', undefined, false)).toBeUndefined();
  });

  test('stays where the process that has died was one that it had before', async () => {
    const conversation = idle('one', 'history');
    const { die } = conversation;
    const taken = live.takeIdle('history', undefined, false) as LiveConversation;
    taken.lease = { process: { exited: new Promise(() => {}) } as unknown as ClaudeProcess, release: async () => {} };
    rest(taken, 'history');

    die();
    await vi.advanceTimersByTimeAsync(0);

    expect(ids()).toEqual(['one']);
  });
});

describe('to make room', () => {
  test('the one goes that was not used for longest', () => {
    const one = idle('one', 'a');
    const two = idle('two', 'b');
    const three = idle('three', 'c');
    rest(live.takeIdle('a', undefined, false) as LiveConversation, 'a2');

    expect(live.reclaim()).toBe(true);

    expect([one, two, three].map(({ released }) => released)).toEqual([0, 1, 0]);
    expect(ids()).toEqual(['three', 'one']);
  });

  test('the one goes that has been idle for longest, whichever was asked first', () => {
    const slow = busy('slow');
    const quick = busy('quick');
    rest(quick, 'a');
    rest(slow, 'b');

    live.reclaim();

    expect([slow.released, quick.released]).toEqual([0, 1]);
  });

  test('none goes that waits for a tool, where as many do not', () => {
    waiting('calls');
    idle('chat', 'a');

    live.reclaim();

    expect(ids()).toEqual(['calls']);
  });

  test('the one goes that has waited for a tool for longest, where most of them do', () => {
    idle('chat', 'a');
    waiting('first');
    waiting('second');

    live.reclaim();

    expect(ids()).toEqual(['chat', 'second']);
  });

  test('none goes that is answering', () => {
    const conversation = busy('one');

    expect(live.reclaim()).toBe(false);
    expect(conversation.released).toBe(0);
  });
});

describe('to end a conversation', () => {
  test('ends its process at once where it is idle', async () => {
    const conversation = idle('one', 'history');

    expect(await live.end('one')).toBe(true);

    expect([conversation.released, ids()]).toEqual([1, []]);
  });

  test('interrupts its answer, and waits until that is over', async () => {
    const conversation = busy('one');
    const ended = live.end('one');
    expect(conversation.abort.signal.aborted).toBe(true);

    live.remove(conversation);

    expect(await ended).toBe(true);
  });

  test('does nothing where there is none', async () => {
    expect(await live.end('one')).toBe(false);
  });
});

test('whoever watches is told of what comes and goes', () => {
  const conversation = idle('one', 'history');
  const before = changes;

  live.remove(conversation);

  expect(changes).toBe(before + 1);
});
