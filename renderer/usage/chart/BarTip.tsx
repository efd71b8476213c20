/** The numbers of one bar, beside it. */
import type { UsageBucket } from '../../../app/shared/contract';
import { formatCachedShare, formatCount, plural } from '../../ui/format';
import type { Measure } from '../measures';
import { bucketTotal, type Series } from './series';

export interface BarTipProps {
  bucket: UsageBucket;
  title: string;
  /** Of the bucket. */
  index: number;
  series: readonly Series[];
  measure: Measure;
  /** The bar's middle, as a share of the chart's width. */
  left: number;
}

/** What the chart's live region says; hidden from screen readers, which would read it twice. */
export function BarTip({ bucket, title, index, series, measure, left }: BarTipProps) {
  const total = bucketTotal(bucket);
  const parts = series
    .map(({ id, label, color, sums }) => ({ id, label, color, value: sums[index] ? measure.value(sums[index]) : 0 }))
    .filter(({ value }) => value > 0)
    .reverse();
  const side = left > 0.5 ? { right: `${(1 - left) * 100}%` } : { left: `${left * 100}%` };
  return (
    <div className="bar-tip" data-side={left > 0.5 ? 'left' : 'right'} style={side} aria-hidden="true">
      <p className="bar-tip-title">{title}</p>
      <p className="bar-tip-total">{measure.full(measure.value(total))}</p>
      {series.length > 1 && parts.length > 0 && (
        <ul>
          {parts.map(({ id, label, color, value }) => (
            <li key={id}>
              <span className="swatch" style={{ background: `var(${color})` }} />
              <span className="bar-tip-label">{label}</span>
              <span>{measure.short(value)}</span>
            </li>
          ))}
        </ul>
      )}
      {total.requests > 0 && (
        <p className="bar-tip-note">
          {[
            plural(total.requests, 'request'),
            total.failed > 0 && `${formatCount(total.failed)} failed`,
            formatCachedShare(total.usage),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      )}
    </div>
  );
}
