/** Today's numbers, each beside what is usual at this time of day. */
import { costNote } from '../../app/shared/cli/payer';
import type { HomeReport, RequestOutcome, UsualDay } from '../../app/shared/contract';
import { OUTCOME_WORDS } from '../../app/shared/requests/outcomes';
import { useApp, useNavigation } from '../state/services';
import { formatCompact, formatCount, formatDuration, formatUsd, NONE } from '../ui/format';

export function TodayUsual({ report }: { report: HomeReport | null }) {
  const { usage, requests, failed, day } = useApp((app) => app.usage);
  const billing = useApp((app) => app.cli.payer?.billing);
  const navigation = useNavigation();
  const usual = report?.usual ?? null;
  const firstTokenMs = report?.firstTokenMs ?? null;
  const openFailures = (outcome: RequestOutcome) => {
    const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
    const filter = { outcomes: [outcome], since: new Date(year, month - 1, date).getTime() };
    navigation.open('requests', `filter:${JSON.stringify(filter)}`);
  };
  return (
    <section className="today-usual" aria-labelledby="today-title">
      <header className="home-head">
        <h3 id="today-title">Today</h3>
        <button type="button" className="link" onClick={() => navigation.open('usage')}>
          All usage
        </button>
      </header>
      <dl>
        <Fact
          title="Cost"
          value={formatUsd(usage.costUsd)}
          note={costNote(billing)}
          usual={usual && formatUsd(usual.costUsd)}
        />
        <Fact title="Output tokens" value={formatCompact(usage.output)} usual={usual && formatCompact(usual.output)} />
        <Fact title="Requests" value={formatCompact(requests)} usual={usual && count(usual.requests)} />
        <Fact
          title="First token after"
          value={firstTokenMs === null ? NONE : formatDuration(firstTokenMs)}
          note="median"
          usual={usual?.firstTokenMs == null ? null : formatDuration(usual.firstTokenMs)}
        />
        <Fact title="Failed" value={formatCompact(failed)} alarm={failed > 0} usual={usual && count(usual.failed)} />
      </dl>
      {report && report.failures.length > 0 && (
        <ul className="failure-reasons" aria-label="Failed today, by reason">
          {report.failures.map(({ outcome, count: times }) => (
            <li key={outcome}>
              <button type="button" className="link" onClick={() => openFailures(outcome)}>
                {formatCount(times)} × {OUTCOME_WORDS[outcome]}
              </button>
            </li>
          ))}
        </ul>
      )}
      {usual && <p className="usual-note">{usualNote(usual)}</p>}
    </section>
  );
}

interface FactProps {
  title: string;
  value: string;
  note?: string;
  /** What is usual; null where that is not known. */
  usual: string | null;
  alarm?: boolean;
}

function Fact({ title, value, note, usual, alarm = false }: FactProps) {
  return (
    <div>
      <dt>{title}</dt>
      <dd className="fact-value" data-alarm={alarm}>
        {value}
      </dd>
      {usual !== null && <dd className="fact-usual">usual {usual}</dd>}
      {note && <dd className="fact-note">{note}</dd>}
    </div>
  );
}

/** A median may lie between two counts. */
function count(number: number): string {
  return formatCompact(Math.round(number));
}

function usualNote({ days }: UsualDay): string {
  return `Usual: the median by this time of day over the last ${days} days with any use.`;
}
