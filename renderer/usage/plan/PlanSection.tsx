/** How the use of the plan's windows went on, by account: as lines, or as a table of their peaks. */
import type { UsageReport } from '../../../app/shared/contract';
import { useStoreState } from '../../state/store';
import type { UsageStore } from '../usageStore';
import { ViewSwitch } from '../ViewSwitch';
import { PlanChart } from './PlanChart';
import { PlanTable } from './PlanTable';

const WEEK_MS = 7 * 24 * 3_600_000;

export function PlanSection({ store, report }: { store: UsageStore; report: UsageReport }) {
  const history = useStoreState(store, (state) => state.planHistory);
  const showsTable = useStoreState(store, (state) => state.showsPlanTable);
  const fromAt = Math.min(report.startAt, report.endAt - WEEK_MS);
  const accounts = [...new Set(history.map(({ accountId }) => accountId))];
  return (
    <section className="usage-section" aria-labelledby="usage-plan">
      <header className="usage-section-head">
        <h3 id="usage-plan">Plan, {report.period === 'month' ? '30 days' : '7 days'}</h3>
        {history.length > 0 && (
          <ViewSwitch
            label="Plan as"
            showsTable={showsTable}
            onChange={(shows) => store.show({ showsPlanTable: shows })}
          />
        )}
      </header>
      {history.length === 0 && (
        <p className="quiet">
          No plan window was reported in this time. A subscription’s windows are recorded from its answers.
        </p>
      )}
      {accounts.map((accountId) => {
        const windows = history.filter((one) => one.accountId === accountId);
        return (
          <div key={accountId} className="plan-account">
            {accounts.length > 1 && <h4>{windows[0]?.account}</h4>}
            {showsTable ? (
              <PlanTable windows={windows} />
            ) : (
              <PlanChart
                windows={windows}
                fromAt={fromAt}
                toAt={Math.min(report.endAt, Date.now())}
                endAt={report.endAt}
              />
            )}
          </div>
        );
      })}
    </section>
  );
}
