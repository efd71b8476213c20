/** Which waits end, and when. The CLI is played by a channel. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  CliSilentError,
  CliTimeoutError,
  endSilence,
  within,
} from '../../../../../app/claude/process/deadlines/within';
import { type Channel, createChannel } from '../../../../../app/claude/process/pipe/channel';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('within', () => {
  test('resolves as the promise does', async () => {
    expect(await within(Promise.resolve(1), 'count', { timeoutMs: 1_000 })).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('rejects as the promise does', async () => {
    await expect(within(Promise.reject(new Error('no')), 'count', { timeoutMs: 1_000 })).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('rejects at the deadline, with the step', async () => {
    const waiting = expect(within(new Promise(() => {}), 'count', { timeoutMs: 1_000 })).rejects.toMatchObject({
      name: 'CliTimeoutError',
      step: 'count',
      timeoutMs: 1_000,
    });
    await vi.advanceTimersByTimeAsync(1_000);
    await waiting;
  });

  test.each(['before', 'while it waits'])('rejects with the reason of a signal that is aborted %s', async (when) => {
    const abort = new AbortController();
    if (when === 'before') abort.abort(new Error('hung up'));
    const waiting = within(new Promise(() => {}), 'count', { timeoutMs: 1_000, signal: abort.signal });
    abort.abort(new Error('hung up'));

    await expect(waiting).rejects.toThrow('hung up');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('endSilence', () => {
  let lines: Channel<string>;
  let lastLineAt: number;
  let messages: AsyncGenerator<string, void>;

  beforeEach(() => {
    lines = createChannel();
    lastLineAt = Number.NEGATIVE_INFINITY;
    messages = endSilence(lines, { firstLineMs: 100, silenceMs: () => 1_000, lastLineAt: () => lastLineAt });
  });

  /** Writes a line a moment after the last event. */
  const write = async (line: string) => {
    await vi.advanceTimersByTimeAsync(1);
    lastLineAt = performance.now();
    await lines.push(line);
  };

  test('passes the messages on, to the end', async () => {
    const read = Promise.all([messages.next(), messages.next(), messages.next()]);
    await write('a');
    await write('b');
    lines.end();

    expect((await read).map(({ value }) => value)).toEqual(['a', 'b', undefined]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('throws a CliTimeoutError where no line comes at all', async () => {
    const read = expect(messages.next()).rejects.toThrow(CliTimeoutError);
    await vi.advanceTimersByTimeAsync(100);
    await read;
  });

  test('throws a CliSilentError where no line comes any more', async () => {
    const first = messages.next();
    await write('a');
    await first;
    const read = expect(messages.next()).rejects.toThrow(CliSilentError);
    await vi.advanceTimersByTimeAsync(1_000);
    await read;
  });

  test('counts every line, also one that is no message', async () => {
    const first = messages.next();
    for (let passed = 0; passed < 5_000; passed += 50) {
      lastLineAt = performance.now() + 1;
      await vi.advanceTimersByTimeAsync(50);
    }
    await write('a');

    expect(await first).toMatchObject({ value: 'a' });
  });

  test('does not count the time in which the reader does not read', async () => {
    const first = messages.next();
    await write('a');
    await first;
    await vi.advanceTimersByTimeAsync(60_000);
    const second = messages.next();
    await vi.advanceTimersByTimeAsync(998);
    await write('b');

    expect(await second).toMatchObject({ value: 'b' });
  });
});
