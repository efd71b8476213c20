/** Attempts to bring the CLI up: their deadlines, their repetition, and what is known in between. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStartup, type StartupOptions } from '../../../app/claude/startup';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const TIMES = { attemptMs: 100, maxAttemptMs: 300, firstPauseMs: 10, maxPauseMs: 30 };

function create(start: StartupOptions['start'], canRetry = () => true) {
  const onChange = vi.fn();
  return { startup: createStartup({ start, canRetry, onChange, times: TIMES }), onChange };
}

/** An attempt that never ends by itself. */
const silent = () => new Promise<void>(() => {});

test('a CLI that answers is up, and is not started again', async () => {
  const start = vi.fn(async () => {});
  const { startup, onChange } = create(start);

  await Promise.all([startup.ensure(), startup.ensure()]);
  await startup.ensure();

  expect([startup.isUp, startup.failure]).toEqual([true, undefined]);
  expect([start.mock.calls.length, onChange.mock.calls.length]).toEqual([1, 1]);
});

test('an attempt that misses its deadline is aborted, and says how long the CLI was silent', async () => {
  const signals: AbortSignal[] = [];
  const { startup } = create((_, signal) => {
    signals.push(signal);
    return silent();
  });

  const ended = startup.ensure();
  await vi.advanceTimersByTimeAsync(100);
  await ended;

  expect(signals[0]?.aborted).toBe(true);
  expect(startup.failure).toMatchObject({ cause: 'it did not answer within 0.1 s', retryAt: Date.now() + 10 });
});

test('a failed attempt is repeated with longer deadlines and pauses, both limited, until one succeeds', async () => {
  const startedAt: number[] = [];
  const begin = Date.now();
  let works = false;
  const { startup } = create(async () => {
    startedAt.push(Date.now() - begin);
    if (!works) await silent();
  });

  void startup.ensure();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(startedAt).toEqual([0, 110, 330, 660, 990]);
  works = true;
  await vi.advanceTimersByTimeAsync(400);

  expect([startup.isUp, startup.failure]).toEqual([true, undefined]);
});

test('a call in a pause makes an attempt at once', async () => {
  const start = vi.fn<StartupOptions['start']>().mockRejectedValueOnce(new Error('broken')).mockResolvedValue();
  const { startup } = create(start);
  await startup.ensure();
  expect(startup.failure?.cause).toBe('broken');

  await startup.ensure();

  expect([startup.isUp, start.mock.calls.map(([attempt]) => attempt)]).toEqual([true, [1, 2]]);
});

test('a CLI that is verified counts as up until the attempt has failed', async () => {
  let fail = (_: Error) => {};
  const start = vi.fn<StartupOptions['start']>().mockResolvedValueOnce();
  const { startup } = create(start);
  await startup.ensure();

  start.mockImplementation(() => new Promise((_, reject) => (fail = reject)));
  startup.verify();
  expect(startup.isUp).toBe(true);
  fail(new Error('gone'));
  await vi.advanceTimersByTimeAsync(0);

  expect([startup.isUp, startup.failure?.cause]).toEqual([false, 'gone']);
});

test('an attempt is not repeated where only the user can help', async () => {
  const start = vi.fn<StartupOptions['start']>().mockRejectedValue(new Error('missing'));
  const { startup } = create(start, () => false);

  await startup.ensure();
  await vi.advanceTimersByTimeAsync(1_000);

  expect([start.mock.calls.length, startup.failure]).toEqual([1, undefined]);
});

test('an attempt that is under way when another CLI is installed, or the app ends, changes nothing', async () => {
  for (const how of ['reset', 'close'] as const) {
    const { startup, onChange } = create((_, signal) => {
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    void startup.ensure();

    startup[how]();
    await vi.advanceTimersByTimeAsync(1_000);

    expect([startup.isUp, startup.failure, onChange.mock.calls.length]).toEqual([false, undefined, 0]);
  }
});
