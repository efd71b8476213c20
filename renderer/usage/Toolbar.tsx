/** What the page shows: the period, the groups and the measure; and the export. */
import { useEffect, useState } from 'react';
import type { UsageGrouping } from '../../app/shared/contract';
import { USAGE_GROUPS, USAGE_PERIODS } from '../../app/shared/reports/usageReport';
import { callErrorText } from '../state/callErrorText';
import { useCommands, useServices } from '../state/services';
import { useStoreState } from '../state/store';
import { Icon } from '../ui/Icon';
import { usePending } from '../ui/usePending';
import { MEASURES } from './measures';
import { PERIOD_TITLES, periodName } from './periodText';
import type { UsageStore } from './usageStore';

const GROUP_TITLES: Readonly<Record<UsageGrouping, string>> = {
  model: 'by model',
  client: 'by client',
  key: 'by API key',
  account: 'by account',
  none: 'together',
};

export function Toolbar({ store }: { store: UsageStore }) {
  const query = useStoreState(store, (state) => state.query);
  const measure = useStoreState(store, (state) => state.measure);
  const report = useStoreState(store, (state) => state.report);
  const isReported = report?.period === query.period && report.offset === query.offset;
  const isFirst = report !== null && report.firstUseAt !== null && isReported && report.startAt <= report.firstUseAt;
  return (
    <header className="usage-bar">
      <h2>Usage</h2>
      <fieldset className="segments usage-periods" aria-label="Period">
        {USAGE_PERIODS.map((period) => (
          <button
            key={period}
            type="button"
            aria-pressed={period === query.period}
            onClick={() => store.ask({ period, offset: 0 })}
          >
            {PERIOD_TITLES[period]}
          </button>
        ))}
      </fieldset>
      <div className="usage-steps">
        <button
          type="button"
          className="icon-button"
          aria-label="Earlier"
          title="Earlier"
          disabled={isFirst}
          onClick={() => store.ask({ offset: query.offset + 1 })}
        >
          <Icon name="M10 3.5 5.5 8 10 12.5" />
        </button>
        <span className="usage-period" aria-live="polite">
          {report && isReported ? periodName(report) : ''}
        </span>
        <button
          type="button"
          className="icon-button"
          aria-label="Later"
          title="Later"
          disabled={query.offset === 0}
          onClick={() => store.ask({ offset: query.offset - 1 })}
        >
          <Icon name="M6 3.5 10.5 8 6 12.5" />
        </button>
        {query.offset > 1 && (
          <button type="button" className="link" onClick={() => store.ask({ offset: 0 })}>
            Now
          </button>
        )}
      </div>
      <div className="usage-choices">
        <select
          className="field"
          aria-label="Measure"
          value={measure}
          onChange={({ target }) => store.show({ measure: MEASURES[target.selectedIndex]?.id ?? 'cost' })}
        >
          {MEASURES.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
        <select
          className="field"
          aria-label="Groups"
          value={query.group}
          onChange={({ target }) => store.ask({ group: USAGE_GROUPS[target.selectedIndex] ?? 'model' })}
        >
          {USAGE_GROUPS.map((group) => (
            <option key={group} value={group}>
              {GROUP_TITLES[group]}
            </option>
          ))}
        </select>
        <ExportButton store={store} />
      </div>
    </header>
  );
}

const SAVED_MS = 4_000;

function ExportButton({ store }: { store: UsageStore }) {
  const commands = useCommands();
  const { notices } = useServices();
  const query = useStoreState(store, (state) => state.query);
  const isEmpty = useStoreState(store, ({ report }) => (report?.total.requests ?? 0) === 0);
  const [saved, setSaved] = useState<string | null>(null);
  useEffect(() => {
    if (saved === null) return;
    const timer = setTimeout(() => setSaved(null), SAVED_MS);
    return () => clearTimeout(timer);
  }, [saved]);
  const save = async () => {
    try {
      setSaved(await commands.call('usage.exportCsv', query));
    } catch (error) {
      notices.show(callErrorText(error));
    }
  };
  const [run, pending] = usePending(save);
  return (
    <>
      <button
        type="button"
        className="button usage-export"
        title={saved ?? 'Save these numbers as a CSV file'}
        disabled={pending || isEmpty}
        onClick={run}
      >
        {saved === null ? 'Export CSV' : 'Saved'}
      </button>
      <span className="visually-hidden" aria-live="polite">
        {saved === null ? '' : `Saved as ${saved}`}
      </span>
    </>
  );
}
