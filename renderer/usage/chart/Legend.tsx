/** The groups with their colours and shares. */
import { allTokens, formatCachedShare, formatUsd, plural } from '../../ui/format';
import type { Measure } from '../measures';
import type { Series } from './series';

export function Legend({ series, measure }: { series: readonly Series[]; measure: Measure }) {
  const whole = series.reduce((sum, { total }) => sum + measure.value(total), 0);
  const shown = [...series].sort((a, b) => measure.value(b.total) - measure.value(a.total));
  return (
    <ul className="legend" aria-label={`${measure.title} by group`}>
      {shown.map(({ id, label, color, total }) => (
        <li
          key={id}
          title={[
            label,
            plural(total.requests, 'request'),
            plural(allTokens(total.usage), 'token'),
            formatUsd(total.usage.costUsd),
            formatCachedShare(total.usage),
          ]
            .filter(Boolean)
            .join('\n')}
        >
          <span className="swatch" style={{ background: `var(${color})` }} />
          <span className="legend-label">{label}</span>
          <span className="legend-value">{measure.short(measure.value(total))}</span>
          <span className="legend-share">{shareText(measure.value(total), whole)}</span>
        </li>
      ))}
    </ul>
  );
}

/** `42 %`, `< 1 %` */
function shareText(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return '0 %';
  const percent = (100 * part) / whole;
  return percent < 1 ? '< 1 %' : `${Math.round(percent)} %`;
}
