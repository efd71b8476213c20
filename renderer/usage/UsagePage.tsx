/** The usage page: what programs have used in a period, by time and by group, and how much of the plan that was. */
import type { UsageReport } from '../../app/shared/contract';
import { usePageStore } from '../state/pageStores';
import { useStoreState } from '../state/store';
import { Icon } from '../ui/Icon';
import { BarChart } from './chart/BarChart';
import { BarTable } from './chart/BarTable';
import { Legend } from './chart/Legend';
import { seriesOf } from './chart/series';
import { Headline } from './Headline';
import { type Measure, measureOf } from './measures';
import { periodName } from './periodText';
import { PlanSection } from './plan/PlanSection';
import { Speeds } from './Speeds';
import { Toolbar } from './Toolbar';
import { createUsageStore, type UsageStore } from './usageStore';
import { useFreshReport } from './useFreshReport';
import { ViewSwitch } from './ViewSwitch';
import './usage.css';

export default function UsagePage() {
  const store = usePageStore(createUsageStore);
  useFreshReport(store);
  const report = useStoreState(store, (state) => state.report);
  const failure = useStoreState(store, (state) => state.failure);
  return (
    <div className="pane usage">
      <Toolbar store={store} />
      <div className="usage-body">
        {failure !== null && (
          <p className="usage-failure" role="alert">
            <Icon name="warning" /> {failure}
            <button type="button" className="link" onClick={store.reload}>
              Try again
            </button>
          </p>
        )}
        {report && (report.firstUseAt === null ? <NoUsage /> : <Report store={store} report={report} />)}
      </div>
    </div>
  );
}

function NoUsage() {
  return (
    <div className="empty">
      <h3>No usage yet</h3>
      <p>As soon as a program has asked Claude through this app, its tokens and its cost are shown here.</p>
    </div>
  );
}

function Report({ store, report }: { store: UsageStore; report: UsageReport }) {
  const measure = measureOf(useStoreState(store, (state) => state.measure));
  const showsTable = useStoreState(store, (state) => state.showsTable);
  const { buckets, period, total } = report;
  const series = seriesOf(report);
  const title = chartTitle(report, measure);
  return (
    <>
      <Headline report={report} />
      <section className="usage-section" aria-labelledby="usage-chart">
        <header className="usage-section-head">
          <h3 id="usage-chart">{title}</h3>
          {total.requests > 0 && (
            <ViewSwitch
              label="Usage as"
              showsTable={showsTable}
              onChange={(shows) => store.show({ showsTable: shows })}
            />
          )}
        </header>
        {total.requests === 0 ? (
          <p className="usage-none">No request asked a model in this time.</p>
        ) : showsTable ? (
          <BarTable {...{ buckets, period, series, measure, total }} caption={title} />
        ) : (
          <div className="usage-chart">
            <BarChart {...{ buckets, period, series, measure }} label={`${title}, ${periodName(report)}`} />
            <Legend series={series} measure={measure} />
          </div>
        )}
      </section>
      <div className="usage-columns">
        <Speeds report={report} />
        <PlanSection store={store} report={report} />
      </div>
    </>
  );
}

const GROUPS = { model: ' and model', client: ' and client', key: ' and API key', account: ' and account', none: '' };
const UNITS = { hour: 'minute', day: 'hour', week: 'day', month: 'day' };

/** `Cost by hour and model` */
function chartTitle({ period, group }: UsageReport, measure: Measure): string {
  return `${measure.title} by ${UNITS[period]}${GROUPS[group]}`;
}
