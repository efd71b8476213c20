/** Which processes the pool empties and gives to another request, with fake processes. test/api/reuse.test.ts has real ones. */
import { setMaxListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPool, type Pool, type PoolOptions, type ReclaimWish } from '../../../../app/claude/pool/pool';
import type { ProcessRequirements } from '../../../../app/claude/pool/processRequirements';
import { type Behaviour, type FakeProcess, fakeProcess } from './fakeProcess';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
const BRIEF: ProcessRequirements = { owner: 'a', system: 'Be brief.', model: undefined };
const LONG: ProcessRequirements = { owner: 'a', system: 'Be long.', model: undefined };

let started: FakeProcess[];
let pools: Pool[];

beforeEach(() => {
  started = [];
  pools = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  vi.useRealTimers();
});

describe('a spare process', () => {
  test('is warmed up before it serves its first request', async () => {
    const pool = open();
    await pool.start(NEVER);

    expect((await pool.acquire({ owner: '', system: '', model: undefined }, NEVER)).process).toBe(started[0]);
    expect(started[0]?.calls).toEqual(['initialize ', 'warm up']);
  });

  test('that keeps a message of its warm-up is ended', async () => {
    const pool = open({}, { failsAtWarmUp: true });
    await expect(pool.start(NEVER)).rejects.toThrow();

    expect(started[0]?.alive).toBe(false);
  });

  test('that cannot be reused is not warmed up', async () => {
    const pool = open({}, { reusable: false });
    await pool.start(NEVER);

    expect(started[0]?.calls).toEqual(['initialize ']);
  });
});

describe('a process whose lease has ended', () => {
  test('is emptied, and serves the next request with another system prompt', async () => {
    const pool = open();
    await (await pool.acquire(BRIEF, NEVER)).release();

    const { process } = await pool.acquire(LONG, NEVER);

    expect(process).toBe(started[0]);
    expect(started[0]?.calls).toEqual(['initialize Be brief.', 'reset', 'system Be long.']);
  });

  test('is preferred to a spare one that has served nothing', async () => {
    const pool = open();
    await pool.start(NEVER);
    await vi.advanceTimersByTimeAsync(1);
    await (await pool.acquire(BRIEF, NEVER)).release();
    const used = started.find(({ calls }) => calls.includes('reset'));

    expect((await pool.acquire(LONG, NEVER)).process).toBe(used);
  });

  test('is ended where it cannot be emptied', async () => {
    const pool = open({}, { failsAtReset: true });
    await (await pool.acquire(BRIEF, NEVER)).release();

    expect(started[0]?.alive).toBe(false);
    expect((await pool.acquire(BRIEF, NEVER)).process).toBe(started[1]);
  });

  test('is ended where it cannot be reused', async () => {
    const pool = open({}, { reusable: false });
    await (await pool.acquire(BRIEF, NEVER)).release();

    expect(started[0]?.alive).toBe(false);
    expect(started[0]?.calls).toEqual(['initialize Be brief.']);
  });

  test.each<[string, ProcessRequirements]>([
    ['of another owner', { ...BRIEF, owner: 'b' }],
    ['without a system prompt', { ...BRIEF, system: '' }],
    ['with a schema', { ...BRIEF, setup: { schema: { type: 'object' } } }],
  ])('never serves a request %s', async (_, requirements) => {
    const pool = open();
    await (await pool.acquire(BRIEF, NEVER)).release();

    expect((await pool.acquire(requirements, NEVER)).process).not.toBe(started[0]);
  });

  test('without a system prompt so far serves a request that has one', async () => {
    const pool = open();
    await (await pool.acquire({ ...BRIEF, system: '' }, NEVER)).release();

    expect((await pool.acquire(BRIEF, NEVER)).process).toBe(started[0]);
  });

  test('is ended after 200 conversations', async () => {
    const pool = open();
    for (let count = 0; count < 199; count += 1) await (await pool.acquire(BRIEF, NEVER)).release();
    expect(started).toHaveLength(1);

    await (await pool.acquire(BRIEF, NEVER)).release();

    expect(started[0]?.alive).toBe(false);
  });

  test('is ended where it takes too much memory', async () => {
    const pool = open({ isWorn: () => true });
    await (await pool.acquire(BRIEF, NEVER)).release();

    expect(started[0]?.alive).toBe(false);
  });

  test('is ended where the account or the CLI has changed meanwhile', async () => {
    const pool = open();
    const lease = await pool.acquire(BRIEF, NEVER);
    pool.replaceSpares();
    await lease.release();

    expect(started[0]?.alive).toBe(false);
  });

  test('goes to the request that waits for one', async () => {
    const pool = open({ maxProcesses: () => 1 });
    const lease = await pool.acquire(BRIEF, NEVER);
    const waiting = pool.acquire(LONG, NEVER);
    await vi.advanceTimersByTimeAsync(0);
    await lease.release();

    expect((await waiting).process).toBe(started[0]);
    expect(started).toHaveLength(1);
  });

  test('is ended a minute later where more are left than requests need', async () => {
    const pool = open();
    const leases = await Promise.all([1, 2, 3].map(() => pool.acquire(BRIEF, NEVER)));
    for (const { release } of leases) await release();
    const used = started.filter(({ calls }) => calls.includes('reset'));
    expect(used).toHaveLength(3);

    await vi.advanceTimersByTimeAsync(130_000);

    expect(used.filter(({ alive }) => alive)).toHaveLength(1);
  });
});

test('a request takes the process of a short idle conversation rather than start another where half of the processes run', async () => {
  const wishes: ReclaimWish[] = [];
  const idle: (() => Promise<void>)[] = [];
  const pool = open({
    maxProcesses: () => 2,
    reclaim: (wish) => {
      if (wish) wishes.push(wish);
      const release = idle.pop();
      void release?.();
      return release !== undefined;
    },
  });
  idle.push((await pool.acquire(BRIEF, NEVER)).release);

  const { process } = await pool.acquire(LONG, NEVER);

  expect(process).toBe(started[0]);
  expect(wishes[0]?.onlyShort).toBe(true);
});

test('a request starts a process rather than take one from an idle conversation where few run', async () => {
  const pool = open({
    maxProcesses: () => 4,
    reclaim: () => {
      throw new Error('no conversation may lose its process');
    },
  });
  await pool.acquire(BRIEF, NEVER);

  expect((await pool.acquire(LONG, NEVER)).process).toBe(started[1]);
});

function open(options: Partial<PoolOptions> = {}, behaviour: Behaviour = {}): Pool {
  const pool = createPool({
    start: () => {
      const process = fakeProcess({ reusable: true, ...behaviour });
      started.push(process);
      return process;
    },
    maxProcesses: () => 16,
    reclaim: () => false,
    reuses: () => true,
    onInitialized: () => {},
    onChange: () => {},
    onWarning: () => {},
    ...options,
  });
  pools.push(pool);
  return pool;
}
