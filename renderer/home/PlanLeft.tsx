/** How much of the plan is used, and when its windows are reset. */
import type { PlanWindow } from '../../app/shared/contract';
import { useSeconds } from '../state/now';
import { useApp } from '../state/services';
import { formatClock, formatRemaining } from '../ui/format';
import { HIGH_USE, Meter } from '../ui/Meter';

const DAY_MS = 24 * 3_600_000;

const weekday = new Intl.DateTimeFormat('en-US', { weekday: 'long' });

export function PlanLeft() {
  const windows = useApp((app) => app.planWindows);
  const now = useSeconds();
  const shown = windows.filter(({ used }) => used !== null);
  if (shown.length === 0) return null;
  return (
    <section className="plan-left" aria-labelledby="plan-left-title">
      <header className="home-head">
        <h3 id="plan-left-title">Your plan</h3>
      </header>
      <ul>
        {shown.map((window) => (
          <PlanWindowRow key={window.name} window={window} now={now} />
        ))}
      </ul>
    </section>
  );
}

function PlanWindowRow({ window: { title, used, resetsAt }, now }: { window: PlanWindow; now: number }) {
  const percent = Math.round(100 * (used ?? 0));
  return (
    <li data-high={percent >= HIGH_USE}>
      <span className="plan-left-title">{title}</span>
      <span className="plan-left-used">{percent} % used</span>
      <Meter label={title} percent={percent} height={6} />
      {resetsAt !== null && <span className="plan-left-reset">{resetText(resetsAt, now)}</span>}
    </li>
  );
}

/** `resets at 16:33, in 3 h`, `resets on Thursday at 09:00` */
export function resetText(resetsAt: number, now: number): string {
  const clock = formatClock(resetsAt);
  if (resetsAt - now < DAY_MS) return `resets at ${clock}, in ${formatRemaining(resetsAt - now)}`;
  return `resets on ${weekday.format(resetsAt)} at ${clock}`;
}
