/** Tokens by hour as stacked bars. uPlot draws on a canvas, so the chart is made anew with the theme's colours when the theme changes. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { Usage } from '../../../app/shared/usage';
import { formatCompact } from '../../ui/format';
import { useThemeVersion } from '../../ui/useThemeVersion';
import { describeHours, HOURS, scaleTop, stackHours } from './hourlyStack';
import { TOKEN_KINDS } from './tokenKinds';

const HEIGHT = 128;

export interface TokenChartProps {
  hourly: Usage[];
  /** The hour under the pointer; null when it has left. */
  onHour: (hour: number | null) => void;
}

export function TokenChart({ hourly, onHour }: TokenChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ hourly, onHour });
  latest.current = { hourly, onHour };
  const themeVersion = useThemeVersion();

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme needs another chart, as its colours are fixed when it is made
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const chart = new uPlot(
      options(element.clientWidth, (hour) => latest.current.onHour(hour)),
      chartData(latest.current.hourly),
      element,
    );
    plot.current = chart;
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0) chart.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [themeVersion]);
  useEffect(() => {
    plot.current?.setData(chartData(hourly));
  }, [hourly]);

  return <div ref={place} className="chart" role="img" aria-label={describeHours(hourly)} />;
}

function chartData(hourly: readonly Usage[]): uPlot.AlignedData {
  return [HOURS, ...stackHours(hourly)];
}

function options(width: number, onHour: (hour: number | null) => void): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const bars = uPlot.paths.bars?.({ size: [0.74, 14], radius: 0.15 });
  const axis = {
    stroke: color('--text-faint'),
    font: `10.5px ${getComputedStyle(document.body).fontFamily}`,
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    padding: [6, 0, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: [-1, 23.6] },
      y: { range: (_plot, _min, max) => [0, scaleTop(max ?? 0)] },
    },
    axes: [
      {
        ...axis,
        size: 20,
        gap: 4,
        grid: { show: false },
        splits: () => [0, 6, 12, 18],
        values: (_plot, hours) => hours.map((hour) => String(hour).padStart(2, '0')),
      },
      {
        ...axis,
        side: 1,
        size: 36,
        gap: 6,
        grid: { stroke: color('--line'), width: 1 },
        splits: (plot) => {
          const top = plot.scales.y?.max ?? 0;
          return [0, top / 2, top];
        },
        values: (_plot, heights) => heights.map((height) => (height === 0 ? '0' : formatCompact(height))),
      },
    ],
    series: [
      {},
      ...[...TOKEN_KINDS].reverse().map((kind) => ({
        fill: color(kind.color),
        width: 0,
        points: { show: false },
        ...(bars && { paths: bars }),
      })),
    ],
    hooks: {
      setCursor: [(plot) => onHour(plot.cursor.idx ?? null)],
    },
  };
}
