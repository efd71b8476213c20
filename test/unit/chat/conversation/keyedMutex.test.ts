import { setImmediate as nextTick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createKeyedMutex } from '../../../../app/chat/conversation/keyedMutex';

const NEVER = new AbortController().signal;

/** Enters, and tells of it in the list. */
async function enter(
  queue: ReturnType<typeof createKeyedMutex>,
  name: string,
  as: string,
  seen: string[],
  signal = NEVER,
) {
  const leave = await queue.lock(name, signal);
  seen.push(as);
  return leave;
}

test('the first enters at once, the others in their order, each when the one before has left', async () => {
  const queue = createKeyedMutex();
  const seen: string[] = [];
  const [one, two, three] = ['one', 'two', 'three'].map((as) => enter(queue, 'chat', as, seen));
  await nextTick();
  expect(seen).toEqual(['one']);

  (await one)?.();
  await nextTick();
  expect(seen).toEqual(['one', 'two']);

  (await two)?.();
  (await three)?.();
  expect(seen).toEqual(['one', 'two', 'three']);
});

test('another conversation does not wait', async () => {
  const queue = createKeyedMutex();
  const seen: string[] = [];
  await enter(queue, 'chat', 'one', seen);

  await enter(queue, 'other', 'two', seen);

  expect(seen).toEqual(['one', 'two']);
});

test('one that is cancelled while it waits is passed over', async () => {
  const queue = createKeyedMutex();
  const seen: string[] = [];
  const cancel = new AbortController();
  const one = await enter(queue, 'chat', 'one', seen);
  const two = enter(queue, 'chat', 'two', seen, cancel.signal);
  const three = enter(queue, 'chat', 'three', seen);

  cancel.abort(new Error('the client hung up'));
  await expect(two).rejects.toThrow('the client hung up');
  await nextTick();
  expect(seen).toEqual(['one']);

  one();
  (await three)();
  expect(seen).toEqual(['one', 'three']);
});

test('one that was cancelled before it came does not enter', async () => {
  const queue = createKeyedMutex();
  const seen: string[] = [];
  const one = await enter(queue, 'chat', 'one', seen);

  await expect(queue.lock('chat', AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');

  one();
  await enter(queue, 'chat', 'three', seen);
  expect(seen).toEqual(['one', 'three']);
});

test('to leave twice is to leave once', async () => {
  const queue = createKeyedMutex();
  const seen: string[] = [];
  const one = await enter(queue, 'chat', 'one', seen);
  const two = enter(queue, 'chat', 'two', seen);
  const three = enter(queue, 'chat', 'three', seen);

  one();
  one();
  await two;
  await nextTick();

  expect(seen).toEqual(['one', 'two']);
  (await two)();
  (await three)();
});
