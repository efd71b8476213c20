import { describe, expect, it } from 'vitest';
import type {
  Bridge,
  CallArguments,
  CallName,
  RequestFilter,
  RequestPage,
  RequestRow,
} from '../../../../app/shared/contract';
import { createRequestList } from '../../../../renderer/requests/list/requestList';
import { createRequestLog } from '../../../../renderer/state/requestLog';
import { requestRow } from '../../../support/rendererDev/requestRow';

type Search = (filter: RequestFilter, before: number, limit: number) => RequestPage | Promise<RequestPage>;

/** A list over a window that has some rows, and an app that searches as the test says. */
function requestList(
  live: RequestRow[],
  search: Search = () => ({ rows: [], more: false, total: 0 }),
  capacity = 100,
  inView = () => undefined as string | undefined,
) {
  const log = createRequestLog();
  log.upsert(live);
  const listeners = new Set<(rows: readonly RequestRow[] | null) => void>();
  const searches: unknown[] = [];
  const call = async (_name: CallName, ...args: unknown[]) => {
    const [filter, before, limit] = args as CallArguments<'requests.search'>;
    searches.push({ filter, before });
    return search(filter, before, limit);
  };
  const list = createRequestList({
    appStore: {
      log,
      onRows(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    call: call as Bridge['call'],
    capacity,
    inView,
    pageSize: 2,
    searchDelayMs: 0,
    refreshMs: 0,
  });
  return {
    list,
    searches,
    arrive(...rows: RequestRow[]) {
      log.upsert(rows);
      for (const listener of listeners) listener(rows);
    },
    clear() {
      log.clear();
      for (const listener of listeners) listener(null);
    },
    ids: () => Array.from({ length: list.rows.count() }, (_, index) => list.rows.row(index)?.id),
  };
}

const row = (at: number, changes: Partial<RequestRow> = {}) => requestRow({ id: `r${at}`, at, ...changes });
const poll = (at: number, changes: Partial<RequestRow> = {}) =>
  row(at, { method: 'GET', path: '/api/tags', model: '', client: 'Zed', ...changes });

describe('the list of requests', () => {
  it('has what the window has, and new ones on top', () => {
    const { arrive, ids, clear } = requestList([row(1), row(2)]);
    arrive(row(3));
    expect(ids()).toEqual(['r3', 'r2', 'r1']);
    clear();
    expect(ids()).toEqual([]);
  });

  it('shows at once what passes a filter, then what the app finds besides, in the order of time', async () => {
    const stored = [row(3, { model: 'opus' }), row(1, { model: 'opus' })];
    const { list, ids } = requestList([row(2, { model: 'haiku' }), row(4, { model: 'opus' })], () => ({
      ...{ rows: stored, more: false, total: 3 },
    }));
    list.setFilter({ models: ['opus'] });
    expect(ids()).toEqual(['r4']);
    await expect.poll(ids).toEqual(['r4', 'r3', 'r1']);
    expect(list.state()).toMatchObject({ older: 'end', total: 3 });
  });

  it('keeps a row whose stored text has the words', async () => {
    const { list, ids } = requestList([row(2)], () => ({ rows: [row(1)], more: false, total: 1 }));
    list.setFilter({ text: 'only in the answer' });
    await expect.poll(ids).toEqual(['r1']);
  });

  it('loads page after page, each behind the last row, until there are none', async () => {
    const all = [5, 4, 3, 2, 1].map((at) => row(at, { client: 'Zed' }));
    const { list, ids, searches } = requestList([], (_filter, before, limit) => {
      const rest = all.filter(({ at }) => at < before);
      return { rows: rest.slice(0, limit), more: rest.length > limit, total: all.length };
    });
    list.setFilter({ clients: ['Zed'] });
    await expect.poll(() => list.state().older).toBe('more');
    while (list.state().older === 'more') await list.loadOlder();
    expect(ids()).toEqual(['r5', 'r4', 'r3', 'r2', 'r1']);
    expect(searches.length).toBeGreaterThan(2);
  });

  it('tests rows that arrive, and takes out those that do not pass any more', async () => {
    const { list, ids, arrive } = requestList([]);
    list.setFilter({ outcomes: ['answering'] });
    await expect.poll(() => list.state().older).toBe('end');
    const running = { phase: 'streaming', outcome: 'answering' } as const;
    arrive(row(1, running), row(2, { ...running, phase: 'waiting', outcome: 'waiting' }));
    expect(ids()).toEqual(['r1']);
    arrive(row(2, running));
    expect(ids()).toEqual(['r2', 'r1']);
    arrive(row(1));
    expect(ids()).toEqual(['r2']);
  });

  it('drops the oldest well beyond its capacity, and loads them again where the end comes into view', async () => {
    const older = [row(2), row(1)];
    const { list, arrive, ids, searches } = requestList(
      [row(1), row(2)],
      () => ({ rows: older, more: false, total: 5 }),
      3,
    );
    arrive(row(3), row(4), row(5));
    expect(ids()).toEqual(['r5', 'r4', 'r3']);
    expect(list.state().older).toBe('more');
    await list.loadOlder();
    expect(searches).toEqual([{ filter: {}, before: 4 }]);
    expect(ids()).toEqual(['r5', 'r4', 'r3', 'r2', 'r1']);
    expect(list.state().older).toBe('end');
  });

  it('drops no row near the one in view', () => {
    const { arrive, ids } = requestList([row(1), row(2)], undefined, 3, () => 'r2');
    arrive(row(3), row(4), row(5));
    expect(ids()).toEqual(['r5', 'r4', 'r3', 'r2', 'r1']);
  });

  it('keeps its rows however many polls arrive', () => {
    const { list, arrive, ids } = requestList([row(1)], undefined, 600);
    for (let at = 2; at < 2_000; at++) arrive(poll(at));
    expect(ids()).toEqual(['r1']);
    expect(list.polls()[0]?.count).toBe(1_998);
    list.foldPolls(false);
    expect(list.rows.count()).toBeLessThanOrEqual(1 + 720);
  });

  it('forgets the answer to a filter that has changed meanwhile', async () => {
    let answer: (page: RequestPage) => void = () => undefined;
    const first = new Promise<RequestPage>((resolve) => {
      answer = resolve;
    });
    const { list, ids } = requestList([], ({ models }) =>
      models ? first : { rows: [row(2, { client: 'Zed' })], more: false, total: 1 },
    );
    list.setFilter({ models: ['sonnet'] });
    list.setFilter({ clients: ['Zed'] });
    await expect.poll(ids).toEqual(['r2']);
    answer({ rows: [row(1)], more: false, total: 1 });
    await first;
    expect(ids()).toEqual(['r2']);
  });

  it('says why a search has failed, and can try again', async () => {
    let fails = true;
    const { list, ids } = requestList([], () => {
      if (fails) throw new Error('The database is locked.');
      return { rows: [row(1)], more: false, total: 1 };
    });
    list.setFilter({ models: ['sonnet'] });
    await expect.poll(() => list.state().failure).toBe('The database is locked.');
    fails = false;
    await list.loadOlder();
    expect([ids(), list.state().failure]).toEqual([['r1'], null]);
  });

  it('searches again once a request has ended whose answer may have the words', async () => {
    let found: RequestRow[] = [];
    const { list, ids, arrive } = requestList([], () => ({ rows: found, more: false, total: found.length }));
    list.setFilter({ text: 'umbrella' });
    await expect.poll(() => list.state().older).toBe('end');
    arrive(row(1, { phase: 'streaming', outcome: 'answering' }));
    expect(ids()).toEqual([]);
    found = [row(1)];
    arrive(row(1));
    await expect.poll(ids).toEqual(['r1']);
  });
});

describe('the pause of the list', () => {
  it('lets new requests wait and says how many, while listed ones go on', () => {
    const { list, ids, arrive } = requestList([row(1, { phase: 'streaming', outcome: 'answering' })]);
    list.pause();
    arrive(row(2, { phase: 'waiting', outcome: 'waiting' }), row(3));
    arrive(row(2), row(1));
    expect(ids()).toEqual(['r1']);
    expect(list.byId('r1')?.outcome).toBe('answered');
    expect(list.state()).toMatchObject({ isPaused: true, waiting: 2 });
    list.resume();
    expect(ids()).toEqual(['r3', 'r2', 'r1']);
    expect(list.state()).toMatchObject({ isPaused: false, waiting: 0 });
  });

  it('shows the newest after a pause in which more came than it holds', () => {
    const { list, arrive, ids } = requestList([row(1)], undefined, 3);
    list.pause();
    arrive(...[2, 3, 4, 5, 6, 7].map((at) => row(at)));
    expect(list.state().waiting).toBe(6);
    list.resume();
    expect(ids().slice(0, 3)).toEqual(['r7', 'r6', 'r5']);
    expect(list.state()).toMatchObject({ waiting: 0, isPaused: false });
  });

  it('does not count polls that would be folded', () => {
    const { list, arrive } = requestList([]);
    list.pause();
    arrive(poll(1), row(2));
    expect(list.state().waiting).toBe(1);
    list.resume();
    expect(list.polls()).toMatchObject([{ client: 'Zed', count: 1 }]);
  });
});

describe('the polls of the list', () => {
  it('are folded into one line for each client, with the newest first', () => {
    const { list, ids, arrive } = requestList([poll(1), row(2), poll(3, { client: 'curl' })]);
    arrive(poll(4));
    expect(ids()).toEqual(['r2']);
    expect(list.polls()).toEqual([
      { client: 'Zed', count: 2, lastAt: 4, newest: ['r4', 'r1'] },
      { client: 'curl', count: 1, lastAt: 3, newest: ['r3'] },
    ]);
  });

  it('are rows like others where they are not folded', () => {
    const { list, ids } = requestList([poll(1), row(2)]);
    list.foldPolls(false);
    expect(ids()).toEqual(['r2', 'r1']);
  });

  it('have a row of their own once they have failed', () => {
    const { list, ids, arrive } = requestList([poll(1, { phase: 'waiting', outcome: 'waiting' })]);
    expect(list.polls()).toHaveLength(1);
    arrive(poll(1, { phase: 'failed', outcome: 'refused' }));
    expect(ids()).toEqual(['r1']);
    expect(list.polls()).toEqual([]);
  });

  it('count only where they pass the filter', async () => {
    const { list } = requestList([poll(1), poll(2, { client: 'curl' })]);
    list.setFilter({ clients: ['curl'] });
    expect(list.polls().map(({ client }) => client)).toEqual(['curl']);
    await expect.poll(() => list.state().older).toBe('end');
  });
});
