import { setImmediate as nextTick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createKeyedMutex, type KeyedMutex } from '../../../../app/chat/conversation/keyedMutex';

const NEVER = new AbortController().signal;

/** Locks the key, and then adds the holder to the list. */
async function lock(mutex: KeyedMutex, key: string, holder: string, order: string[], signal = NEVER) {
  const unlock = await mutex.lock(key, signal);
  order.push(holder);
  return unlock;
}

test('the first holder locks at once, the others in order, each when the one before has unlocked', async () => {
  const mutex = createKeyedMutex();
  const order: string[] = [];
  const [one, two, three] = ['one', 'two', 'three'].map((holder) => lock(mutex, 'chat', holder, order));
  await nextTick();
  expect(order).toEqual(['one']);

  (await one)?.();
  await nextTick();
  expect(order).toEqual(['one', 'two']);

  (await two)?.();
  (await three)?.();
  expect(order).toEqual(['one', 'two', 'three']);
});

test('another key is free', async () => {
  const mutex = createKeyedMutex();
  const order: string[] = [];
  await lock(mutex, 'chat', 'one', order);

  await lock(mutex, 'other', 'two', order);

  expect(order).toEqual(['one', 'two']);
});

test('a holder that is aborted while it waits is passed over', async () => {
  const mutex = createKeyedMutex();
  const order: string[] = [];
  const cancel = new AbortController();
  const one = await lock(mutex, 'chat', 'one', order);
  const two = lock(mutex, 'chat', 'two', order, cancel.signal);
  const three = lock(mutex, 'chat', 'three', order);

  cancel.abort(new Error('the client hung up'));
  await expect(two).rejects.toThrow('the client hung up');
  await nextTick();
  expect(order).toEqual(['one']);

  one();
  (await three)();
  expect(order).toEqual(['one', 'three']);
});

test('a holder that was aborted before does not lock', async () => {
  const mutex = createKeyedMutex();
  const order: string[] = [];
  const one = await lock(mutex, 'chat', 'one', order);

  await expect(mutex.lock('chat', AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');

  one();
  await lock(mutex, 'chat', 'three', order);
  expect(order).toEqual(['one', 'three']);
});

test('unlocking twice is the same as unlocking once', async () => {
  const mutex = createKeyedMutex();
  const order: string[] = [];
  const one = await lock(mutex, 'chat', 'one', order);
  const two = lock(mutex, 'chat', 'two', order);
  const three = lock(mutex, 'chat', 'three', order);

  one();
  one();
  await two;
  await nextTick();

  expect(order).toEqual(['one', 'two']);
  (await two)();
  (await three)();
});
