/** A slow reader slows the writer down, and neither waits for ever when the other stops. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createChannel } from '../../../../../app/claude/process/pipe/channel';

test('values are read in the order in which they were written', async () => {
  const channel = createChannel<number>();
  await channel.push(1);
  await channel.push(2);
  channel.end();

  expect(await all(channel)).toEqual([1, 2]);
});

test('a reader waits for a value that is written later', async () => {
  const channel = createChannel<number>();
  const read = all(channel);

  await nextTick();
  await channel.push(1);
  channel.end();

  expect(await read).toEqual([1]);
});

test('a writer waits while the channel is full, and no longer', async () => {
  const channel = createChannel<number>(2);
  await channel.push(1);
  const second = channel.push(2);
  expect(await isPending(second)).toBe(true);

  const reader = channel[Symbol.asyncIterator]();
  await reader.next();
  await reader.next();

  await second;
});

test('discard wakes a waiting writer', async () => {
  const channel = createChannel<number>(1);
  const waiting = channel.push(1);

  channel.discard();

  await waiting;
});

test('a value that is written after discard is dropped at once', async () => {
  const channel = createChannel<number>(1);
  channel.discard();
  await channel.push(1);
  await channel.push(2);

  expect(await all(channel)).toEqual([]);
});

test('discard ends the iteration of a waiting reader', async () => {
  const channel = createChannel<number>();
  const read = all(channel);
  await nextTick();

  channel.discard();

  expect(await read).toEqual([]);
});

test('queued values are still read after the end', async () => {
  const channel = createChannel<number>(1);
  void channel.push(1);
  channel.end();

  expect(await all(channel)).toEqual([1]);
});

test('the end wakes a waiting writer', async () => {
  const channel = createChannel<number>(1);
  const waiting = channel.push(1);

  channel.end();

  await waiting;
});

test('a value that is written after the end is dropped', async () => {
  const channel = createChannel<number>();
  channel.end();
  await channel.push(1);

  expect(await all(channel)).toEqual([]);
});

test('an end with an error gives the reader the queued values first, then the error', async () => {
  const channel = createChannel<number>();
  await channel.push(1);
  channel.end(new Error('the pipe broke'));
  const reader = channel[Symbol.asyncIterator]();

  expect(await reader.next()).toEqual({ done: false, value: 1 });
  await expect(reader.next()).rejects.toThrow('the pipe broke');
});

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const value of values) read.push(value);
  return read;
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise, nextTick(pending)])) === pending;
}
