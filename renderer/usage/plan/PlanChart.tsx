/** The used share of an account's plan windows over days. A line falls to 0 where its window was reset. */
import { useRef } from 'react';
import type { PlanHistory } from '../../../app/shared/contract';
import { localDay, nextMidnight } from '../../../app/shared/localDay';
import { useWidth } from '../../ui/useWidth';
import { planLine } from './planLines';
import { planSummary } from './planSummary';

export interface PlanChartProps {
  windows: readonly PlanHistory[];
  fromAt: number;
  /** Up to when the use is known. */
  toAt: number;
  endAt: number;
}

const HEIGHT = 150;
const AXIS_WIDTH = 52;
const TOP = 8;
const BOTTOM = 22;
const PLOT = HEIGHT - TOP - BOTTOM;
/** Of `Nov 27`, at least. */
const LABEL_WIDTH = 44;
const DAY_MS = 24 * 3_600_000;

const weekday = new Intl.DateTimeFormat('en-US', { weekday: 'short' });
const date = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric' });

export function PlanChart({ windows, fromAt, toAt, endAt }: PlanChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const top = Math.max(1, ...windows.flatMap(({ points }) => points.map(({ used }) => used)));
  const x = (at: number) => AXIS_WIDTH + (Math.max(0, width - AXIS_WIDTH) * (at - fromAt)) / (endAt - fromAt);
  const y = (used: number) => TOP + PLOT * (1 - used / top);
  const midnights = daysBetween(fromAt, endAt);
  const isLong = midnights.length > 8;
  return (
    <div ref={place}>
      <svg width={width} height={HEIGHT} role="img" aria-label={planSummary(windows)} className="plan-chart">
        {[0, 0.5, 1].map((used) => (
          <g key={used} className="bar-grid">
            <line x1={AXIS_WIDTH} x2={width} y1={y(used)} y2={y(used)} />
            <text x={AXIS_WIDTH - 8} y={y(used)} dy="0.32em" textAnchor="end">
              {used * 100} %
            </text>
          </g>
        ))}
        {midnights.map((at, index) => (
          <g key={at}>
            <line className="plan-day" x1={x(at)} x2={x(at)} y1={TOP} y2={TOP + PLOT} />
            {(!isLong || (index % 7 === 1 && x(at + DAY_MS / 2) + LABEL_WIDTH / 2 <= width)) && (
              <text className="bar-axis" x={x(at + DAY_MS / 2)} y={HEIGHT - 5} textAnchor="middle">
                {isLong ? date.format(at) : weekday.format(at)}
              </text>
            )}
          </g>
        ))}
        {windows.map((window, index) => (
          <path
            key={window.name}
            className="plan-line"
            data-dense={isLong && window.name === 'five_hour'}
            style={{ stroke: `var(--series-${index + 1})` }}
            d={planLine(window, fromAt, toAt)
              .map(({ at, used }, point) => `${point === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(used).toFixed(1)}`)
              .join('')}
          />
        ))}
      </svg>
      <ul className="plan-legend" aria-hidden="true">
        {windows.map(({ name, title }, index) => (
          <li key={name}>
            <span className="swatch" style={{ background: `var(--series-${index + 1})` }} /> {title}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The midnights in the time, at the latest the one at its end. */
function daysBetween(fromAt: number, endAt: number): number[] {
  const days: number[] = [];
  for (let at = fromAt; at < endAt; at = nextMidnight(at)) if (localDay(at) !== localDay(at - 1)) days.push(at);
  return days;
}
