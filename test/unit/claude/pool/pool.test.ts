/**
 * The pool with fake processes, because a real process cannot be made to die or to hang at a given moment.
 * test/api/chat.test.ts tests the pool with real ones.
 */
import { setMaxListeners } from 'node:events';
import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PoolBusyError, ProcessFailedError } from '../../../../app/claude/pool/errors';
import { createPool, type Pool, type PoolOptions, type ProcessLease } from '../../../../app/claude/pool/pool';
import { type Behaviour, type FakeProcess, fakeProcess } from './fakeProcess';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
const PLAIN = { owner: '', system: '', model: undefined };
const SESSION = { file: '/s.jsonl', userUuids: [], hasNotes: false };

let started: FakeProcess[];
let warnings: string[];
let pools: Pool[];

beforeEach(() => {
  started = [];
  warnings = [];
  pools = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  vi.useRealTimers();
});

describe('a request', () => {
  test('gets a new process with its system prompt and model where there is no spare one', async () => {
    const pool = open();

    const lease = await pool.acquire({ owner: '', system: 'Be brief.', model: 'haiku' }, NEVER);

    expect(lease.process).toBe(started[0]);
    expect(started[0]?.calls).toEqual(['initialize Be brief.', 'model haiku']);
  });

  test('gets the spare process that has its system prompt', async () => {
    const pool = await openStarted();

    const lease = await pool.acquire(PLAIN, NEVER);

    expect(lease.process).toBe(started[0]);
    expect(started[0]?.calls).toEqual(['initialize ']);
  });

  test('gets the blank spare process where no other has its system prompt', async () => {
    const pool = await openStarted();

    const lease = await pool.acquire({ owner: '', system: 'Be brief.', model: undefined }, NEVER);

    expect(lease.process).toBe(started[1]);
    expect(started[1]?.calls).toEqual(['initialize Be brief.']);
  });

  test('with a session file gets a new process, whose model is set only on the command line', async () => {
    const sessions: unknown[] = [];
    const pool = await openStarted({
      start: (session) => {
        sessions.push(session);
        return start({ hasSession: session !== undefined });
      },
    });

    const lease = await pool.acquire({ owner: '', system: 'Be brief.', model: 'haiku', sessionFile: SESSION }, NEVER);

    expect(lease.process).toBe(started[2]);
    expect(sessions).toEqual([undefined, undefined, { ...SESSION, model: 'haiku' }]);
    expect(started[2]?.calls).toEqual(['initialize Be brief.']);
  });

  test('with a session file has a spare process prepared for later requests with its system prompt', async () => {
    const pool = await openStarted();

    await pool.acquire({ owner: '', system: 'Be brief.', model: 'haiku', sessionFile: SESSION }, NEVER);
    await vi.advanceTimersByTimeAsync(1_000);
    const lease = await pool.acquire({ owner: '', system: 'Be brief.', model: 'haiku' }, NEVER);

    expect(lease.process).toBe(started[3]);
    expect(started[3]?.calls).toEqual(['initialize Be brief.', 'model haiku']);
  });

  test('has its model set where the spare process has another', async () => {
    const pool = await openStarted();

    await pool.acquire({ owner: '', system: '', model: 'haiku' }, NEVER);

    expect(started[0]?.calls).toEqual(['initialize ', 'model haiku']);
  });

  test('for the CLI’s default gets no spare process whose model was set', async () => {
    const pool = await openStarted();
    await pool.acquire({ owner: '', system: '', model: 'haiku' }, NEVER);
    await vi.advanceTimersByTimeAsync(1_000);
    const haiku = started.find(
      ({ alive, calls }) => alive && calls.includes('model haiku') && calls !== started[0]?.calls,
    );

    const lease = await pool.acquire(PLAIN, NEVER);

    expect(haiku).toBeDefined();
    expect(lease.process).not.toBe(haiku);
    expect((lease.process as FakeProcess).calls).toEqual(['initialize ']);
  });

  test('replaces a spare process with another system prompt where the limit is reached', async () => {
    const pool = await openStarted({ maxProcesses: () => 1 });
    expect(started).toHaveLength(1);

    const lease = await pool.acquire({ owner: '', system: 'Be brief.', model: undefined }, NEVER);

    expect(started[0]?.alive).toBe(false);
    expect(lease.process).toBe(started[1]);
  });

  test('gets a second process where the first ends before it is ready', async () => {
    const pool = open({ behaviours: [{ diesAtInitialize: true }] });

    const lease = await pool.acquire(PLAIN, NEVER);

    expect(lease.process).toBe(started[1]);
  });

  test('is rejected with the stderr of the second process where that ends, too', async () => {
    const pool = open({ behaviours: [{ diesAtInitialize: true }, { diesAtInitialize: true }] });

    const refused = await pool.acquire(PLAIN, NEVER).catch((error: unknown) => error);

    expect(refused).toBeInstanceOf(ProcessFailedError);
    expect(String(refused)).toContain('out of memory');
  });

  test('is rejected with the error of `start` where no process can be started', async () => {
    const pool = open({
      start: () => {
        throw new Error('there is no claude');
      },
    });

    await expect(pool.acquire(PLAIN, NEVER)).rejects.toThrow('there is no claude');
  });
});

describe('where the limit is reached', () => {
  test('requests get processes in the order in which they came', async () => {
    const pool = open({ maxProcesses: () => 1 });
    const order: string[] = [];
    const first = await pool.acquire(PLAIN, NEVER);
    const waiting = ['second', 'third'].map((name) =>
      pool.acquire(PLAIN, NEVER).then(async (lease) => {
        order.push(name);
        await lease.release();
      }),
    );

    await first.release();
    await Promise.all(waiting);

    expect(order).toEqual(['second', 'third']);
  });

  test('no more processes run than the limit allows', async () => {
    const pool = open({ maxProcesses: () => 3 });
    let most = 0;

    await Promise.all(
      Array.from({ length: 40 }, async () => {
        const lease = await pool.acquire(PLAIN, NEVER);
        most = Math.max(most, started.filter(({ alive }) => alive).length);
        await nextTick();
        await lease.release();
      }),
    );

    expect(most).toBe(3);
    expect(started).toHaveLength(40);
  });

  test('a request that ends a spare process gets the slot, even if others wait', async () => {
    const pool = await openStarted({ maxProcesses: () => 1 });
    const other = { owner: '', system: 'Be brief.', model: undefined };
    const first = pool.acquire(other, NEVER);
    const second = pool.acquire(other, NEVER);

    const lease = await first;
    await lease.release();
    await second;
  });

  test('a request is rejected at once where the queue is full', async () => {
    const pool = open({ maxProcesses: () => 1, queueLimit: 1 });
    const lease = await pool.acquire(PLAIN, NEVER);
    const waiting = pool.acquire(PLAIN, NEVER);

    await expect(pool.acquire(PLAIN, NEVER)).rejects.toThrow(PoolBusyError);

    await lease.release();
    await waiting;
  });

  test('a request that waits for too long is rejected, and the next one gets the slot', async () => {
    const pool = open({ maxProcesses: () => 1, queueMs: 1_000 });
    const lease = await pool.acquire(PLAIN, NEVER);
    const late = expect(pool.acquire(PLAIN, NEVER)).rejects.toThrow(PoolBusyError);
    await vi.advanceTimersByTimeAsync(600);
    const behind = pool.acquire(PLAIN, NEVER);
    await vi.advanceTimersByTimeAsync(600);
    await late;

    await lease.release();

    await behind;
  });

  test('a cancelled request leaves the queue, and the next one gets the slot', async () => {
    const pool = open({ maxProcesses: () => 1, queueLimit: 2 });
    const lease = await pool.acquire(PLAIN, NEVER);
    const abortController = new AbortController();
    const cancelled = pool.acquire(PLAIN, abortController.signal);
    const behind = pool.acquire(PLAIN, NEVER);
    await nextTick();

    abortController.abort(new Error('the client hung up'));

    await expect(cancelled).rejects.toThrow('the client hung up');
    await lease.release();
    expect((await behind).process).toBe(started[1]);
  });

  test('a request that is cancelled when it is woken passes the slot to the next one', async () => {
    const pool = open({ maxProcesses: () => 1 });
    const lease = await pool.acquire(PLAIN, NEVER);
    const abortController = new AbortController();
    const cancelled = pool.acquire(PLAIN, abortController.signal);
    const behind = pool.acquire(PLAIN, NEVER);
    await nextTick();
    // Cancels the request at the moment at which the slot becomes free.
    void started[0]?.exited.then(() => abortController.abort(new Error('the client hung up')));

    await lease.release();

    await expect(cancelled).rejects.toThrow('the client hung up');
    expect((await behind).process).toBe(started[1]);
  });

  test('one idle process is ended for each waiting request', async () => {
    const idle: FakeProcess[] = [];
    const reclaim = () => {
      const oldest = idle.shift();
      void oldest?.close();
      return oldest !== undefined;
    };
    const pool = open({ maxProcesses: () => 2, reclaim });
    await Promise.all([pool.acquire(PLAIN, NEVER), pool.acquire(PLAIN, NEVER)]);
    idle.push(...started);

    const leases = await Promise.all([pool.acquire(PLAIN, NEVER), pool.acquire(PLAIN, NEVER)]);

    expect(leases.map(({ process }) => process)).toEqual(started.slice(2));
  });

  test('all waiting requests are rejected when no process can be started any more', async () => {
    let gone = false;
    const pool = open({
      maxProcesses: () => 1,
      start: () => {
        if (gone) throw new Error('there is no claude');
        return fakeProcess();
      },
    });
    const lease = await pool.acquire(PLAIN, NEVER);
    const waiting = Promise.allSettled([1, 2, 3].map(() => pool.acquire(PLAIN, NEVER)));
    await nextTick();

    gone = true;
    await lease.release();

    expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});

describe('a cancelled request', () => {
  test('ends the process that is being initialized for it', async () => {
    const pool = open({ behaviours: [{ hangsAtInitialize: true }] });
    const abortController = new AbortController();
    const acquiring = pool.acquire(PLAIN, abortController.signal);
    await nextTick();

    abortController.abort(new Error('the client hung up'));

    await expect(acquiring).rejects.toThrow('the client hung up');
    expect(started.map(({ alive }) => alive)).toEqual([false]);
  });

  test('starts no process where it was cancelled before', async () => {
    const pool = open();

    await expect(pool.acquire(PLAIN, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');

    expect(started).toEqual([]);
  });
});

describe('spare processes', () => {
  test('are a prepared one without a system prompt and a blank one after the start', async () => {
    const pool = await openStarted();

    expect(pool.spares).toBe(2);
    expect(started.map(({ calls }) => calls)).toEqual([['initialize '], []]);
  });

  test('are started again after a request, one of them with its system prompt and model', async () => {
    const pool = await openStarted();
    await pool.acquire({ owner: '', system: 'Be brief.', model: 'haiku' }, NEVER);

    await vi.advanceTimersByTimeAsync(250);

    expect(pool.spares).toBe(3);
    expect(callsOf(started.slice(2))).toEqual([[], ['initialize Be brief.', 'model haiku']]);
  });

  test('have the two latest system prompts, and none is ended while requests alternate between these', async () => {
    const pool = await openStarted();
    const ask = async (system: string) => {
      await (await pool.acquire({ owner: '', system, model: undefined }, NEVER)).release();
      await vi.advanceTimersByTimeAsync(250);
    };
    for (const system of ['one', 'two', 'one', 'two', 'one']) await ask(system);
    const releasedProcesses = 5;
    const processesWithoutPrompt = 1;

    expect(callsOf(started.filter(({ alive }) => alive)).sort()).toEqual([[], ['initialize one'], ['initialize two']]);
    expect(started.filter(({ alive }) => !alive)).toHaveLength(releasedProcesses + processesWithoutPrompt);
  });

  test('are not started where the limit is reached', async () => {
    const pool = await openStarted({ maxProcesses: () => 2 });
    await Promise.all([pool.acquire(PLAIN, NEVER), pool.acquire(PLAIN, NEVER)]);

    await vi.advanceTimersByTimeAsync(1_000);

    expect(pool.spares).toBe(0);
    expect(pool.size).toBe(2);
  });

  test('end one idle process only for a new blank one, however long that process takes to exit', async () => {
    const idle: ProcessLease[] = [];
    const reclaim = () => {
      const oldest = idle.shift();
      void oldest?.release();
      return oldest !== undefined;
    };
    const pool = open({ maxProcesses: () => 3, reclaim, behaviours: Array(3).fill({ exitsLate: true }) });
    for (let count = 0; count < 3; count += 1) idle.push(await pool.acquire(PLAIN, NEVER));

    await vi.advanceTimersByTimeAsync(900);
    expect(idle).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(pool.spares).toBe(1);
    expect(idle).toHaveLength(2);
  });

  test('are ended after a time without requests, except for the blank one', async () => {
    const pool = await openStarted({ idleMs: 60_000 });
    await (await pool.acquire(PLAIN, NEVER)).release();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(pool.spares).toBe(2);

    await vi.advanceTimersByTimeAsync(120_000);

    expect(pool.spares).toBe(1);
    expect(started.filter(({ alive }) => alive).map(({ calls }) => calls)).toEqual([[]]);
  });

  test('that die are replaced after a delay, which doubles until a request has got a process', async () => {
    const pool = await openStarted();
    const killBlank = async () => {
      started.findLast(({ alive, calls }) => alive && calls.length === 0)?.kill();
      await nextTick();
    };
    const expectReplacementAfter = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms - 1);
      expect(pool.spares).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(pool.spares).toBe(2);
    };

    for (const ms of [1_000, 2_000, 4_000]) {
      await killBlank();
      await expectReplacementAfter(ms);
    }
    await pool.acquire(PLAIN, NEVER);
    await vi.advanceTimersByTimeAsync(250);
    await killBlank();
    await expectReplacementAfter(1_000);
  });

  test('that die are reported with their stderr', async () => {
    await openStarted();

    started[0]?.kill();
    await nextTick();

    expect(warnings).toEqual(['a spare process ended (SIGKILL) out of memory']);
  });

  test('are replaced by `replaceSpares`', async () => {
    const pool = await openStarted();

    pool.replaceSpares();
    await vi.advanceTimersByTimeAsync(1);

    expect(started.map(({ alive }) => alive)).toEqual([false, false, true, true]);
    expect(warnings).toEqual([]);
  });

  test('reject `start` with the stderr of the first one where it fails', async () => {
    const pool = open({ behaviours: [{ diesAtInitialize: true }] });

    await expect(pool.start(NEVER)).rejects.toThrow('out of memory');
  });
});

describe('close', () => {
  test('ends every process, leased ones too, and starts no other', async () => {
    const pool = await openStarted();
    await pool.acquire(PLAIN, NEVER);
    const before = started.length;

    await pool.close();
    await vi.advanceTimersByTimeAsync(120_000);

    expect(started.filter(({ alive }) => alive)).toEqual([]);
    expect(started).toHaveLength(before);
  });

  test('rejects the requests that wait', async () => {
    const pool = open({ maxProcesses: () => 1 });
    await pool.acquire(PLAIN, NEVER);
    const waiting = Promise.allSettled([1, 2, 3].map(() => pool.acquire(PLAIN, NEVER)));
    await nextTick();

    await pool.close();

    expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  test('makes the pool reject later requests', async () => {
    const pool = open();
    await pool.close();

    await expect(pool.acquire(PLAIN, NEVER)).rejects.toThrow('the app is stopping');
    await expect(pool.start(NEVER)).rejects.toThrow('the app is stopping');
    expect(started).toEqual([]);
  });
});

function callsOf(processes: readonly FakeProcess[]): (readonly string[])[] {
  return processes.map(({ calls }) => calls);
}

function start(behaviour?: Behaviour): FakeProcess {
  const process = fakeProcess(behaviour);
  started.push(process);
  return process;
}

function open({
  behaviours = [],
  ...options
}: Partial<PoolOptions> & { behaviours?: readonly Behaviour[] } = {}): Pool {
  const pool = createPool({
    start: () => start(behaviours[started.length]),
    maxProcesses: () => 16,
    reclaim: () => false,
    reuses: () => false,
    onInitialized: () => {},
    onChange: () => {},
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  pools.push(pool);
  return pool;
}

/** A pool whose first two spare processes are ready. */
async function openStarted(options: Partial<PoolOptions> = {}): Promise<Pool> {
  const pool = open(options);
  await pool.start(NEVER);
  await vi.advanceTimersByTimeAsync(1);
  return pool;
}
