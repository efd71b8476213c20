/** The state of the usage page: what is asked for, and the latest answer. */
import type { PlanHistory, UsageQuery, UsageReport } from '../../app/shared/contract';
import { USAGE_GROUPS, USAGE_PERIODS } from '../../app/shared/reports/usageReport';
import { callErrorText } from '../state/callErrorText';
import type { Services } from '../state/services';
import { createStore, type ReadableStore } from '../state/store';
import { MEASURES, type MeasureId } from './measures';

export interface UsageState {
  query: UsageQuery;
  measure: MeasureId;
  /** Which parts are shown as tables. */
  showsTable: boolean;
  showsPlanTable: boolean;
  /** The answer to the latest query, or to the one before while that is under way; null until the first one. */
  report: UsageReport | null;
  planHistory: readonly PlanHistory[];
  /** Why the latest query has failed. */
  failure: string | null;
}

export interface UsageStore extends ReadableStore<UsageState> {
  /** Asks for another period or group. */
  ask(change: Partial<UsageQuery>): void;
  show(change: Partial<Pick<UsageState, 'measure' | 'showsTable' | 'showsPlanTable'>>): void;
  /** Reads the same again. */
  reload(): void;
}

const STORED = 'usage-view';
const WEEK_MS = 7 * 24 * 3_600_000;

export function createUsageStore({ commands }: Pick<Services, 'commands'>): UsageStore {
  const { period, group, measure } = storedView();
  const store = createStore<UsageState>({
    query: { period, offset: 0, group },
    measure,
    ...{ showsTable: false, showsPlanTable: false, report: null, planHistory: [], failure: null },
  });
  let latest = 0;

  const load = async () => {
    latest += 1;
    const mine = latest;
    try {
      const report = await commands.call('usage.query', store.state().query);
      const from = Math.min(report.startAt, report.endAt - WEEK_MS);
      const planHistory = await commands.call('usage.planHistory', from, report.endAt);
      if (mine === latest) store.set({ report, planHistory, failure: null });
    } catch (error) {
      if (mine === latest) store.set({ failure: callErrorText(error) });
    }
  };
  const remember = () => {
    const { query, measure: shown } = store.state();
    localStorage.setItem(STORED, JSON.stringify({ period: query.period, group: query.group, measure: shown }));
  };

  return {
    state: store.state,
    subscribe: store.subscribe,
    ask(change) {
      store.set({ query: { ...store.state().query, ...change } });
      remember();
      void load();
    },
    show(change) {
      store.set(change);
      remember();
    },
    reload: () => void load(),
  };
}

/** What was shown when the window was last open; anything else that is stored counts as nothing. */
function storedView(): Pick<UsageQuery, 'period' | 'group'> & { measure: MeasureId } {
  let stored: Record<string, unknown> = {};
  try {
    stored = JSON.parse(localStorage.getItem(STORED) ?? '{}') ?? {};
  } catch {
    // Written by another version of the app.
  }
  return {
    period: USAGE_PERIODS.find((period) => period === stored.period) ?? 'day',
    group: USAGE_GROUPS.find((group) => group === stored.group) ?? 'model',
    measure: MEASURES.find(({ id }) => id === stored.measure)?.id ?? 'cost',
  };
}
