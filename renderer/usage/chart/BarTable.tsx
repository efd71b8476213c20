/** The numbers behind the bars: a line for each bucket with requests. */
import type { UsageBucket, UsagePeriod, UsageSums } from '../../../app/shared/contract';
import { formatCachedPercent, formatCount, formatUsd, NONE } from '../../ui/format';
import type { Measure } from '../measures';
import { bucketName } from '../periodText';
import { bucketTotal, type Series } from './series';

export interface BarTableProps {
  buckets: readonly UsageBucket[];
  period: UsagePeriod;
  series: readonly Series[];
  measure: Measure;
  caption: string;
  total: UsageSums;
}

/** The columns: the measure by group where there are several, then every number of the bucket. */
export function BarTable({ buckets, period, series, measure, caption, total }: BarTableProps) {
  const groups = series.length > 1 ? series : [];
  const rows = buckets
    .map((bucket, index) => ({ bucket, index, sums: bucketTotal(bucket) }))
    .filter(({ sums }) => sums.requests > 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that is wider than the window is scrolled with the arrow keys
    <section className="usage-table-box" aria-label={`${caption}, as a table`} tabIndex={0}>
      <table className="usage-table">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{period === 'week' || period === 'month' ? 'Day' : 'Time'}</th>
            {groups.map(({ id, label }) => (
              <th key={id} scope="col" title={`${label}: ${measure.title}`}>
                {label}
              </th>
            ))}
            {COLUMNS.map(({ title }) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ bucket, index, sums }) => (
            <tr key={bucket.startAt}>
              <th scope="row">{bucketName(bucket, period)}</th>
              {groups.map(({ id, sums: ofGroup }) => (
                <td key={id}>{groupCell(ofGroup[index], measure)}</td>
              ))}
              <Numbers sums={sums} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            {groups.map(({ id, total: ofGroup }) => (
              <td key={id}>{groupCell(ofGroup, measure)}</td>
            ))}
            <Numbers sums={total} />
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

const COLUMNS: readonly { title: string; text: (sums: UsageSums) => string }[] = [
  { title: 'Requests', text: ({ requests }) => formatCount(requests) },
  { title: 'Failed', text: ({ failed }) => (failed > 0 ? formatCount(failed) : NONE) },
  { title: 'Input', text: ({ usage }) => formatCount(usage.input) },
  { title: 'Cache write', text: ({ usage }) => formatCount(usage.cacheWrite) },
  { title: 'Cache read', text: ({ usage }) => formatCount(usage.cacheRead) },
  { title: 'Cached', text: ({ usage }) => formatCachedPercent(usage) ?? NONE },
  { title: 'Output', text: ({ usage }) => formatCount(usage.output) },
  { title: 'Cost', text: ({ usage }) => formatUsd(usage.costUsd) },
];

function Numbers({ sums }: { sums: UsageSums }) {
  return COLUMNS.map(({ title, text }) => <td key={title}>{text(sums)}</td>);
}

function groupCell(sums: UsageSums | undefined, measure: Measure): string {
  return sums === undefined || sums.requests === 0 ? NONE : measure.short(measure.value(sums));
}
