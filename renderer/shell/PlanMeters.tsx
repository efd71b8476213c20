/** Two thin meters: how much of the plan's 5-hour and weekly windows is used, as the CLI last reported it. */
import type { PlanWindow } from '../../app/shared/contract';
import { useApp } from '../state/services';
import { formatMoment } from '../ui/format';
import './planMeters.css';

export function PlanMeters() {
  const windows = useApp((app) => app.planWindows);
  const shown = windows.filter(({ name, used }) => (name === 'five_hour' || name === 'seven_day') && used !== null);
  if (shown.length === 0) return null;
  return (
    <span className="plan-meters" title={windows.map(windowText).join('\n')}>
      {shown.map(({ name, title, used }) => (
        <meter key={name} aria-label={title} min={0} max={1} high={0.8} value={Math.min(1, used ?? 0)} />
      ))}
    </span>
  );
}

/** `5-hour limit: 34 % used, reset 2026-11-26 16:00` */
function windowText({ title, used, resetsAt }: PlanWindow): string {
  const share = used === null ? 'use not known' : `${Math.round(used * 100)} % used`;
  return `${title}: ${share}${resetsAt === null ? '' : `, reset ${formatMoment(resetsAt).slice(0, 16)}`}`;
}
