/** Two thin meters: how much of the plan's 5-hour and weekly windows is used, as the CLI last reported it, and when they are reset. */
import type { PlanWindow } from '../../../app/shared/contract';
import { useApp } from '../../state/services';
import { formatClock, formatMoment } from '../../ui/format';
import { HIGH_USE, Meter } from '../../ui/Meter';
import './planMeters.css';

const SHORT_NAMES: Record<string, string> = { five_hour: '5 h', seven_day: 'week' };

export function PlanMeters() {
  const windows = useApp((app) => app.planWindows);
  const shown = windows.filter(({ name, used }) => name in SHORT_NAMES && used !== null);
  if (shown.length === 0) return null;
  return (
    <span className="plan-meters" title={windows.map(windowText).join('\n')}>
      {shown.map((window) => (
        <PlanMeter key={window.name} window={window} />
      ))}
    </span>
  );
}

function PlanMeter({ window: { name, title, used, resetsAt } }: { window: PlanWindow }) {
  const share = percent(used);
  return (
    <span className="plan-window" data-high={share >= HIGH_USE}>
      <span className="plan-window-text" aria-hidden="true">
        {SHORT_NAMES[name]} <b>{share} %</b>
        {name === 'five_hour' && resetsAt !== null && (
          <span className="plan-reset"> · resets {formatClock(resetsAt)}</span>
        )}
      </span>
      <Meter label={title} percent={share} height={3} />
    </span>
  );
}

/** Of the used share, from 0 to 100. */
function percent(used: number | null): number {
  return Math.round(Math.min(1, used ?? 0) * 100);
}

/** `5-hour limit: 34 % used, reset 2026-11-26 16:00` */
function windowText({ title, used, resetsAt }: PlanWindow): string {
  const share = used === null ? 'use not known' : `${Math.round(used * 100)} % used`;
  return `${title}: ${share}${resetsAt === null ? '' : `, reset ${formatMoment(resetsAt).slice(0, 16)}`}`;
}
