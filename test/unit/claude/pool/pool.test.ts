/**
 * Who gets a process, and when another is started. The processes are stand-ins of a few lines: no real one could be
 * made to die, or to hesitate, at the moment that a rule is about. With real ones: test/api/chat.test.ts.
 */
import { setMaxListeners } from 'node:events';
import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createPool,
  type Pool,
  PoolBusyError,
  type PoolOptions,
  ProcessFailedError,
} from '../../../../app/claude/pool/pool';
import type { ClaudeProcess } from '../../../../app/claude/process/claudeProcess';
import type { PipeExit } from '../../../../app/claude/process/pipe';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
const PLAIN = { system: '', model: undefined };

let started: StandIn[];
let faults: string[];
let pools: Pool[];

beforeEach(() => {
  started = [];
  faults = [];
  pools = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  vi.useRealTimers();
});

describe('a process for a request', () => {
  test('is started where there is no spare, and told its system prompt and model', async () => {
    const pool = open();

    const lease = await pool.acquire({ system: 'Be brief.', model: 'haiku' }, NEVER);

    expect(lease.process).toBe(started[0]);
    expect(started[0]?.told).toEqual(['initialize Be brief.', 'model haiku']);
  });

  test('is the spare that was given the same system prompt', async () => {
    const pool = await warmed();

    const lease = await pool.acquire(PLAIN, NEVER);

    expect(lease.process).toBe(started[0]);
    expect(started[0]?.told).toEqual(['initialize ']);
  });

  test('is the blank spare where the system prompt is another', async () => {
    const pool = await warmed();

    const lease = await pool.acquire({ system: 'Be brief.', model: undefined }, NEVER);

    expect(lease.process).toBe(started[1]);
    expect(started[1]?.told).toEqual(['initialize Be brief.']);
  });

  test('that is to take up a session file is never a spare, and is not told the model it was started with', async () => {
    const resumed: unknown[] = [];
    const pool = await warmed({ start: (from) => standIn({}, () => resumed.push(from)) });

    const lease = await pool.acquire({ system: 'Be brief.', model: 'haiku', sessionFile: '/s.jsonl' }, NEVER);

    expect(lease.process).toBe(started[2]);
    expect(resumed).toEqual([undefined, undefined, { file: '/s.jsonl', model: 'haiku' }]);
    expect(started[2]?.told).toEqual(['initialize Be brief.']);
  });

  test('of a session file leaves a spare for its like that has none', async () => {
    const pool = await warmed();

    await pool.acquire({ system: 'Be brief.', model: 'haiku', sessionFile: '/s.jsonl' }, NEVER);
    await vi.advanceTimersByTimeAsync(1_000);
    const lease = await pool.acquire({ system: 'Be brief.', model: 'haiku' }, NEVER);

    expect(lease.process).toBe(started[3]);
    expect(started[3]?.told).toEqual(['initialize Be brief.', 'model haiku']);
  });

  test('is told its model where the spare has another', async () => {
    const pool = await warmed();

    await pool.acquire({ system: '', model: 'haiku' }, NEVER);

    expect(started[0]?.told).toEqual(['initialize ', 'model haiku']);
  });

  test('is one that takes the place of a spare with another system prompt, where there is room for no more', async () => {
    const pool = await warmed({ maxProcesses: () => 1 });
    expect(started).toHaveLength(1);

    const lease = await pool.acquire({ system: 'Be brief.', model: undefined }, NEVER);

    expect(started[0]?.alive).toBe(false);
    expect(lease.process).toBe(started[1]);
  });

  test('is another where the first ended before it could be asked', async () => {
    const pool = open({ behaves: [{ diesAtInitialize: true }] });

    const lease = await pool.acquire(PLAIN, NEVER);

    expect(lease.process).toBe(started[1]);
  });

  test('is refused with its last words where the second ended too', async () => {
    const pool = open({ behaves: [{ diesAtInitialize: true }, { diesAtInitialize: true }] });

    const refused = await pool.acquire(PLAIN, NEVER).catch((error: unknown) => error);

    expect(refused).toBeInstanceOf(ProcessFailedError);
    expect(String(refused)).toContain('out of memory');
  });

  test('is refused with the reason where none can be started', async () => {
    const pool = open({
      start: () => {
        throw new Error('there is no claude');
      },
    });

    await expect(pool.acquire(PLAIN, NEVER)).rejects.toThrow('there is no claude');
  });
});

describe('where all are taken', () => {
  test('requests get theirs in the order in which they came', async () => {
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

  test('never more live than the limit says', async () => {
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

  test('the one that ends a spare for the sake of its place gets the place, though others wait', async () => {
    const pool = await warmed({ maxProcesses: () => 1 });
    const other = { system: 'Be brief.', model: undefined };
    const first = pool.acquire(other, NEVER);
    const second = pool.acquire(other, NEVER);

    const lease = await first;
    await lease.release();
    await second;
  });

  test('one more than may wait is refused at once', async () => {
    const pool = open({ maxProcesses: () => 1, queueLimit: 1 });
    const lease = await pool.acquire(PLAIN, NEVER);
    const waiting = pool.acquire(PLAIN, NEVER);

    await expect(pool.acquire(PLAIN, NEVER)).rejects.toThrow(PoolBusyError);

    await lease.release();
    await waiting;
  });

  test('a request that is cancelled leaves the queue, and the one behind it takes its place', async () => {
    const pool = open({ maxProcesses: () => 1, queueLimit: 2 });
    const lease = await pool.acquire(PLAIN, NEVER);
    const leave = new AbortController();
    const cancelled = pool.acquire(PLAIN, leave.signal);
    const behind = pool.acquire(PLAIN, NEVER);
    await nextTick();

    leave.abort(new Error('the client hung up'));

    await expect(cancelled).rejects.toThrow('the client hung up');
    await lease.release();
    expect((await behind).process).toBe(started[1]);
  });

  test('a request that is cancelled as its turn comes leaves the place to the one behind it', async () => {
    const pool = open({ maxProcesses: () => 1 });
    const lease = await pool.acquire(PLAIN, NEVER);
    const leave = new AbortController();
    const cancelled = pool.acquire(PLAIN, leave.signal);
    const behind = pool.acquire(PLAIN, NEVER);
    await nextTick();
    // As when the client's other request fails with the process whose place becomes free.
    void started[0]?.exited.then(() => leave.abort(new Error('the client hung up')));

    await lease.release();

    await expect(cancelled).rejects.toThrow('the client hung up');
    expect((await behind).process).toBe(started[1]);
  });

  test('one that is idle is ended for each request that waits, however many wait already', async () => {
    const idle: StandIn[] = [];
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

  test('all that wait learn of it when no process can be started any more', async () => {
    let gone = false;
    const pool = open({
      maxProcesses: () => 1,
      start: () => {
        if (gone) throw new Error('there is no claude');
        return standIn();
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
  test('ends the process that is being prepared for it', async () => {
    const pool = open({ behaves: [{ hesitates: true }] });
    const leave = new AbortController();
    const acquiring = pool.acquire(PLAIN, leave.signal);
    await nextTick();

    leave.abort(new Error('the client hung up'));

    await expect(acquiring).rejects.toThrow('the client hung up');
    expect(started.map(({ alive }) => alive)).toEqual([false]);
  });

  test('that was cancelled before it came starts nothing', async () => {
    const pool = open();

    await expect(pool.acquire(PLAIN, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');

    expect(started).toEqual([]);
  });
});

describe('spares', () => {
  test('are one for no system prompt and a blank one when the app starts', async () => {
    const pool = await warmed();

    expect(pool.spares).toBe(2);
    expect(started.map(({ told }) => told)).toEqual([['initialize '], []]);
  });

  test('come back after a request, one of them with its system prompt and model', async () => {
    const pool = await warmed();
    await pool.acquire({ system: 'Be brief.', model: 'haiku' }, NEVER);

    await vi.advanceTimersByTimeAsync(250);

    expect(pool.spares).toBe(3);
    expect(told(started.slice(2))).toEqual([[], ['initialize Be brief.', 'model haiku']]);
  });

  test('are prepared for the two system prompts asked for last, and none is ended while these alternate', async () => {
    const pool = await warmed();
    const ask = async (system: string) => {
      await (await pool.acquire({ system, model: undefined }, NEVER)).release();
      await vi.advanceTimersByTimeAsync(250);
    };
    for (const system of ['one', 'two', 'one', 'two', 'one']) await ask(system);
    const released = 5;
    const ofTheStart = 1;

    expect(told(started.filter(({ alive }) => alive)).sort()).toEqual([[], ['initialize one'], ['initialize two']]);
    expect(started.filter(({ alive }) => !alive)).toHaveLength(released + ofTheStart);
  });

  test('are not started where the limit is reached', async () => {
    const pool = await warmed({ maxProcesses: () => 2 });
    await Promise.all([pool.acquire(PLAIN, NEVER), pool.acquire(PLAIN, NEVER)]);

    await vi.advanceTimersByTimeAsync(1_000);

    expect(pool.spares).toBe(0);
    expect(pool.size).toBe(2);
  });

  test('are the blank one alone after a time without requests', async () => {
    const pool = await warmed({ idleMs: 60_000 });
    await (await pool.acquire(PLAIN, NEVER)).release();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(pool.spares).toBe(2);

    await vi.advanceTimersByTimeAsync(120_000);

    expect(pool.spares).toBe(1);
    expect(started.filter(({ alive }) => alive).map(({ told }) => told)).toEqual([[]]);
  });

  test('that die are replaced, later each time, until one has been of use', async () => {
    const pool = await warmed();
    const killBlank = async () => {
      started.findLast(({ alive, told }) => alive && told.length === 0)?.kill();
      await nextTick();
    };
    const comesBackAfter = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms - 1);
      expect(pool.spares).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(pool.spares).toBe(2);
    };

    for (const ms of [1_000, 2_000, 4_000]) {
      await killBlank();
      await comesBackAfter(ms);
    }
    await pool.acquire(PLAIN, NEVER);
    await vi.advanceTimersByTimeAsync(250);
    await killBlank();
    await comesBackAfter(1_000);
  });

  test('that die are reported with their last words', async () => {
    await warmed();

    started[0]?.kill();
    await nextTick();

    expect(faults).toEqual(['a spare process ended (SIGKILL) out of memory']);
  });

  test('are started anew when what they were started with has changed', async () => {
    const pool = await warmed();

    pool.replaceSpares();
    await vi.advanceTimersByTimeAsync(1);

    expect(started.map(({ alive }) => alive)).toEqual([false, false, true, true]);
    expect(faults).toEqual([]);
  });

  test('whose first does not come up are an error with its last words', async () => {
    const pool = open({ behaves: [{ diesAtInitialize: true }] });

    await expect(pool.start()).rejects.toThrow('out of memory');
  });
});

describe('the end', () => {
  test('ends every process, taken ones too, and starts no other', async () => {
    const pool = await warmed();
    await pool.acquire(PLAIN, NEVER);
    const before = started.length;

    await pool.close();
    await vi.advanceTimersByTimeAsync(120_000);

    expect(started.filter(({ alive }) => alive)).toEqual([]);
    expect(started).toHaveLength(before);
  });

  test('refuses those that wait', async () => {
    const pool = open({ maxProcesses: () => 1 });
    await pool.acquire(PLAIN, NEVER);
    const waiting = Promise.allSettled([1, 2, 3].map(() => pool.acquire(PLAIN, NEVER)));
    await nextTick();

    await pool.close();

    expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  test('refuses those that come later', async () => {
    const pool = open();
    await pool.close();

    await expect(pool.acquire(PLAIN, NEVER)).rejects.toThrow('the app is stopping');
    await expect(pool.start()).rejects.toThrow('the app is stopping');
    expect(started).toEqual([]);
  });
});

function told(processes: readonly StandIn[]): (readonly string[])[] {
  return processes.map(({ told }) => told);
}

interface Behaviour {
  diesAtInitialize?: boolean;
  /** Does not answer `initialize`. */
  hesitates?: boolean;
}

type StandIn = ClaudeProcess & { readonly told: string[] };

function open({ behaves = [], ...options }: Partial<PoolOptions> & { behaves?: readonly Behaviour[] } = {}): Pool {
  const pool = createPool({
    start: () => standIn(behaves[started.length]),
    maxProcesses: () => 16,
    reclaim: () => false,
    onInitialized: () => {},
    onChange: () => {},
    onWarning: (message) => faults.push(message),
    ...options,
  });
  pools.push(pool);
  return pool;
}

/** With both spares up. */
async function warmed(options: Partial<PoolOptions> = {}): Promise<Pool> {
  const pool = open(options);
  await pool.start();
  await vi.advanceTimersByTimeAsync(1);
  return pool;
}

function standIn({ diesAtInitialize = false, hesitates = false }: Behaviour = {}, onStart = () => {}): StandIn {
  onStart();
  let alive = true;
  let leave: (exit: PipeExit) => void = () => {};
  const told: string[] = [];
  const exited = new Promise<PipeExit>((resolve) => {
    leave = resolve;
  });
  const end = (signal: NodeJS.Signals | null) => {
    alive = false;
    leave({ code: signal === null ? 0 : null, signal, stderr: 'out of memory' });
  };
  const standIn: StandIn = {
    pid: 1,
    exited,
    get alive() {
      return alive;
    },
    costUsd: 0,
    isolation: '',
    told,
    initialize: async (system) => {
      told.push(`initialize ${system}`);
      if (diesAtInitialize) end('SIGKILL');
      if (diesAtInitialize || hesitates) {
        await exited;
        throw new Error('the CLI has ended');
      }
      return { models: [] };
    },
    setModel: async (model) => {
      told.push(`model ${model}`);
    },
    configure: async () => {},
    sendToolResult: () => {},
    replay: async () => {},
    runTurn: async function* () {},
    close: async () => end(null),
    kill: () => end('SIGKILL'),
  };
  started.push(standIn);
  return standIn;
}
