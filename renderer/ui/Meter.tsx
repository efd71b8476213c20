/** A bar that is filled as far as something is used. */
import './meter.css';

export interface MeterProps {
  /** What is measured, for screen readers. */
  label: string;
  /** In percent; beyond 100 the bar is full. */
  percent: number;
  /** In pixels. */
  height: 3 | 6;
}

/** Little is left from here on, in percent. */
export const HIGH_USE = 80;

export function Meter({ label, percent, height }: MeterProps) {
  const shown = Math.min(100, percent);
  return (
    // biome-ignore lint/a11y/useSemanticElements: Chromium draws a <meter> without its appearance at a width of its own.
    <span
      className="meter"
      data-high={percent >= HIGH_USE}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={shown}
      style={{ height }}
    >
      <span style={{ width: `${shown}%` }} />
    </span>
  );
}
