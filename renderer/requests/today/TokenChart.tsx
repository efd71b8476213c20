/** Tokens by hour as stacked bars. */
import { type PointerEvent, useRef, useState } from 'react';
import type { Usage } from '../../../app/shared/usage';
import { formatCompact } from '../../ui/format';
import { useWidth } from '../../ui/useWidth';
import { describeHours, HOURS, scaleTop, stackHours } from './hourlyStack';
import { TOKEN_KINDS } from './tokenKinds';

export interface TokenChartProps {
  hourly: Usage[];
  /** The hour under the pointer; null when it has left. */
  onHour: (hour: number | null) => void;
}

const HEIGHT = 128;
const TOP = 6;
const BOTTOM = 20;
const PLOT = HEIGHT - TOP - BOTTOM;
/** Of the numbers beside the bars. */
const AXIS_WIDTH = 36;

export function TokenChart({ hourly, onHour }: TokenChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const [current, setCurrent] = useState<number | null>(null);
  const stack = stackHours(hourly);
  const top = scaleTop(Math.max(...(stack[0] ?? [])));
  const right = Math.max(0, width - AXIS_WIDTH);
  const step = right / HOURS.length;
  const barWidth = Math.min(14, step * 0.74);
  const y = (value: number) => TOP + PLOT * (1 - value / top);

  const show = (hour: number | null) => {
    if (hour === current) return;
    setCurrent(hour);
    onHour(hour);
  };
  const onPointer = (event: PointerEvent) => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
    show(left < 0 || left >= right ? null : Math.floor(left / step));
  };

  return (
    <div
      ref={place}
      className="chart"
      role="img"
      aria-label={describeHours(hourly)}
      onPointerMove={onPointer}
      onPointerLeave={() => show(null)}
    >
      <svg width={width} height={HEIGHT} aria-hidden="true">
        {[0, top / 2, top].map((value) => (
          <g key={value}>
            <line x1={0} x2={right} y1={y(value)} y2={y(value)} />
            <text x={right + 6} y={y(value)} dy="0.32em">
              {value === 0 ? '0' : formatCompact(value)}
            </text>
          </g>
        ))}
        {current !== null && <rect className="chart-hour" x={current * step} width={step} y={TOP} height={PLOT} />}
        {/* The tallest first: each bar leaves the part of the one before it visible. */}
        {stack.map((heights, index) => {
          const kind = TOKEN_KINDS[TOKEN_KINDS.length - 1 - index];
          return (
            <g key={kind?.key} style={{ fill: `var(${kind?.color})` }}>
              {HOURS.map((hour) => {
                const value = heights[hour] ?? 0;
                if (value <= 0) return null;
                const height = Math.max(1, PLOT * (value / top));
                const left = (hour + 0.5) * step - barWidth / 2;
                return (
                  <rect
                    key={hour}
                    x={left}
                    width={barWidth}
                    y={TOP + PLOT - height}
                    height={height}
                    rx={barWidth * 0.15}
                  />
                );
              })}
            </g>
          );
        })}
        {[0, 6, 12, 18].map((hour) => (
          // In the middle of its bar, the first one would be cut.
          <text
            key={hour}
            x={hour === 0 ? 0 : (hour + 0.5) * step}
            y={HEIGHT - 5}
            textAnchor={hour === 0 ? 'start' : 'middle'}
          >
            {String(hour).padStart(2, '0')}
          </text>
        ))}
      </svg>
    </div>
  );
}
