/** The handlers of the calls of the pages Usage and Home. */
import type { Claude } from '../../claude/claude';
import type { KeyRing } from '../../keys/keyRing';
import { MAIN_ACCOUNT } from '../../shared/cli/accounts';
import { windowTitle } from '../../shared/cli/planWindows';
import type { CallHandlers } from '../../shared/contract';
import type { HomeReport } from '../../shared/reports/homeReport';
import type { UsageGrouping } from '../../shared/reports/usageReport';
import type { Journal } from '../../store/journal';
import type { PlanHistoryStore } from '../../store/usageReports/planHistory';
import type { Asking } from '../ask/ask';

export interface UsageParts {
  readonly journal: Journal;
  readonly planHistory: PlanHistoryStore;
  readonly homeReport: (now: number) => HomeReport;
  readonly asking: Asking;
  readonly keys: Pick<KeyRing, 'nameOf'>;
  readonly claude: Pick<Claude, 'accounts'>;
}

export function usageCalls({ journal, planHistory, homeReport, asking, keys, claude }: UsageParts) {
  const accountName = (id: string) =>
    claude.accounts.state.accounts.find((account) => account.id === (id || MAIN_ACCOUNT))?.name ?? 'Removed account';
  const labels: Readonly<Record<UsageGrouping, (group: string) => string>> = {
    model: (name) => name || 'Unknown model',
    client: (name) => name || 'Unknown client',
    key: (id) => (id === '' ? 'Without a key' : keys.nameOf(id) || 'Deleted key'),
    account: accountName,
    none: () => 'All requests',
  };
  return {
    'home.query': () => homeReport(Date.now()),
    'ask.start': (question) => asking.start(question),
    'ask.stop': () => asking.stop(),
    'ask.clear': () => asking.clear(),
    'usage.query': (query) => {
      const report = journal.usageReport(query, Date.now());
      const labelOf = labels[query.group];
      return { ...report, groups: report.groups.map(({ group }) => ({ group, label: labelOf(group) })) };
    },
    'usage.planHistory': (fromAt, toAt) =>
      planHistory.between(fromAt, toAt).map(({ accountId, name, points }) => ({
        ...{ accountId, account: accountName(accountId), name, title: windowTitle(name), points },
      })),
  } satisfies Partial<CallHandlers>;
}

/** Records where the plans' windows of all accounts stand. */
export function recordPlanWindows({ planHistory, claude }: Pick<UsageParts, 'planHistory' | 'claude'>): void {
  for (const { id, planWindows } of claude.accounts.state.accounts)
    planHistory.record(id === MAIN_ACCOUNT ? '' : id, planWindows);
}
