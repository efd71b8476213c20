/** Stacked bars, one for each bucket. The arrow keys move from bar to bar, as the pointer does. */
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import type { UsageBucket, UsagePeriod } from '../../../app/shared/contract';
import { formatCount } from '../../ui/format';
import { useWidth } from '../../ui/useWidth';
import type { Measure } from '../measures';
import { axisTexts, bucketName } from '../periodText';
import { BarTip } from './BarTip';
import { bucketTotal, type Series, scaleTop } from './series';

export interface BarChartProps {
  buckets: readonly UsageBucket[];
  period: UsagePeriod;
  series: readonly Series[];
  measure: Measure;
  /** What it shows, for screen readers. */
  label: string;
}

const HEIGHT = 220;
const AXIS_WIDTH = 52;
const TOP = 8;
const BOTTOM = 22;
const PLOT = HEIGHT - TOP - BOTTOM;

export function BarChart({ buckets, period, series, measure, label }: BarChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const [current, setCurrent] = useState<number | null>(null);
  const [announced, setAnnounced] = useState('');
  const shown = current !== null && current < buckets.length ? current : null;

  const totals = buckets.map((bucket) => measure.value(bucketTotal(bucket)));
  const top = scaleTop(Math.max(...totals));
  const step = Math.max(0, width - AXIS_WIDTH) / Math.max(1, buckets.length);
  const x = (index: number) => AXIS_WIDTH + index * step;
  const y = (value: number) => TOP + PLOT * (1 - value / top);

  const describe = (index: number) => {
    const bucket = buckets[index];
    if (!bucket) return '';
    const sums = bucketTotal(bucket);
    const failed = sums.failed > 0 ? `, ${formatCount(sums.failed)} failed` : '';
    const parts = series
      .map((one) => ({ label: one.label, value: measure.value(one.sums[index] ?? sums) }))
      .filter(({ value }) => series.length > 1 && value > 0)
      .map((one) => `, ${one.label} ${measure.full(one.value)}`);
    return `${bucketName(bucket, period)}: ${measure.full(totals[index] ?? 0)}${parts.join('')}${failed}`;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const index = nextIndex(event.key, shown, buckets.length);
    if (index === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setCurrent(index);
    setAnnounced(index === null ? '' : describe(index));
  };
  const onPointer = (event: PointerEvent) => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left - AXIS_WIDTH;
    setCurrent(left < 0 || step === 0 ? null : Math.min(buckets.length - 1, Math.floor(left / step)));
  };

  return (
    <div className="bar-chart" ref={place}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is a form's; the focus is for the arrow keys, whose bar the live region below reads out. */}
      <div
        role="group"
        aria-roledescription="bar chart"
        aria-label={label}
        aria-description="The arrow keys move from bar to bar."
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        className="bar-plot"
        onKeyDown={onKeyDown}
        onPointerMove={onPointer}
        onPointerLeave={() => setCurrent(null)}
        onBlur={() => setCurrent(null)}
      >
        <svg width={width} height={HEIGHT} aria-hidden="true">
          {[0, top / 2, top].map((value) => (
            <g key={value} className="bar-grid">
              <line x1={AXIS_WIDTH} x2={width} y1={y(value)} y2={y(value)} />
              <text x={AXIS_WIDTH - 8} y={y(value)} dy="0.32em" textAnchor="end">
                {value === 0 ? '0' : measure.short(value)}
              </text>
            </g>
          ))}
          {shown !== null && <rect className="bar-current" x={x(shown)} width={step} y={TOP} height={PLOT} />}
          {buckets.map((bucket, index) => (
            <Bar
              key={bucket.startAt}
              values={series.map(({ color, sums }) => ({ color, value: measure.value(sums[index] ?? EMPTY) }))}
              left={x(index) + step * 0.14}
              width={Math.max(1, Math.min(44, step * 0.72))}
              offset={Math.max(0, step * 0.72 - 44) / 2}
              y={y}
            />
          ))}
          <AxisTexts texts={axisTexts(buckets, period)} at={(index) => x(index) + step / 2} width={width} />
        </svg>
      </div>
      {shown !== null && buckets[shown] && (
        <BarTip
          bucket={buckets[shown]}
          title={bucketName(buckets[shown], period)}
          index={shown}
          series={series}
          measure={measure}
          left={(x(shown) + step / 2) / Math.max(1, width)}
        />
      )}
      <p className="visually-hidden" aria-live="polite">
        {announced}
      </p>
    </div>
  );
}

const EMPTY = bucketTotal({ startAt: 0, endAt: 0, groups: [] });

interface BarProps {
  values: readonly { color: string; value: number }[];
  left: number;
  offset: number;
  width: number;
  y: (value: number) => number;
}

/** The first series is at the bottom. */
function Bar({ values, left, offset, width, y }: BarProps) {
  let below = 0;
  return (
    <g className="bar">
      {values.map(({ color, value }) => {
        const bottom = y(below);
        below += value;
        const height = bottom - y(below);
        if (height <= 0) return null;
        // A hairline between the parts, where there is room for one.
        const shown = height > 3 ? height - 1 : Math.max(height, 1);
        return (
          <rect
            key={color}
            x={left + offset}
            width={width}
            y={bottom - shown}
            height={shown}
            rx={shown > 4 ? 1.5 : 0}
            style={{ fill: `var(${color})` }}
          />
        );
      })}
    </g>
  );
}

function AxisTexts({ texts, at, width }: { texts: readonly string[]; at: (index: number) => number; width: number }) {
  return texts.map((text, index) => {
    if (text === '') return null;
    const left = at(index);
    const anchor = left > width - 24 ? 'end' : 'middle';
    return (
      <text
        key={`${text} ${left}`}
        className="bar-axis"
        x={anchor === 'end' ? width : left}
        y={HEIGHT - 5}
        textAnchor={anchor}
      >
        {text}
      </text>
    );
  });
}

/** The bar that a key moves to; null for none, undefined for a key that moves nowhere. */
function nextIndex(key: string, index: number | null, count: number): number | null | undefined {
  if (count === 0) return undefined;
  if (key === 'ArrowLeft') return index === null ? count - 1 : Math.max(0, index - 1);
  if (key === 'ArrowRight') return index === null ? 0 : Math.min(count - 1, index + 1);
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  if (key === 'Escape' && index !== null) return null;
  return undefined;
}
