/** The tab "Timing": a waterfall of what the request waited for, true while it runs. */
import type { RequestDetails } from '../../../../app/shared/contract';
import { useNow } from '../../../state/now';
import { formatCount, formatDuration, formatElapsed, formatMoment, NONE, PENDING } from '../../../ui/format';
import { isLive } from '../../list/requestStatus';
import { Section } from '../Section';
import { requestTiming } from './requestTiming';

export function Timing({ details }: { details: RequestDetails }) {
  return isLive(details.phase) ? <RunningTiming details={details} /> : <Waterfall details={details} elapsedMs={0} />;
}

function RunningTiming({ details }: { details: RequestDetails }) {
  return <Waterfall details={details} elapsedMs={Math.max(0, useNow() - details.at)} />;
}

function Waterfall({ details, elapsedMs }: { details: RequestDetails; elapsedMs: number }) {
  const parts = requestTiming(details, elapsedMs);
  const live = isLive(details.phase);
  const total = details.durationMs ?? elapsedMs;
  /** Where the request arrives in the picture: before that, the client's tool was running. */
  const arrival = Math.max(0, -(parts[0]?.startMs ?? 0));
  const width = arrival + total;
  const duration = live ? formatElapsed : formatDuration;
  return (
    <>
      <Section title={`${live ? 'So far' : 'In all'} ${duration(total)}`}>
        {parts.length === 0 && <p className="quiet">This request asked no model, so there is nothing to divide.</p>}
        {parts.length > 0 && (
          <dl className="waterfall">
            {parts.map(({ key, name, title, ms, startMs }) => (
              <div key={key} title={title}>
                <dt>{name}</dt>
                <dd className="waterfall-bar" aria-hidden="true">
                  {ms !== null && width > 0 && (
                    <span
                      data-part={key}
                      style={{ marginLeft: `${(100 * (arrival + startMs)) / width}%`, width: `${(100 * ms) / width}%` }}
                    />
                  )}
                </dd>
                <dd className="waterfall-number">{ms === null ? (live ? PENDING : NONE) : duration(ms)}</dd>
              </div>
            ))}
          </dl>
        )}
      </Section>
      <Section title="Measures">
        <dl className="facts">
          {measures(details).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Section>
    </>
  );
}

function measures({ at, firstTokenMs, durationMs, usage }: RequestDetails): [name: string, value: string][] {
  const measured: [string, string][] = [['Arrived', formatMoment(at)]];
  if (firstTokenMs !== null) measured.push(['First token', `after ${formatDuration(firstTokenMs)}`]);
  if (durationMs !== null) measured.push(['Ended', formatMoment(at + durationMs)]);
  const writingMs = durationMs !== null && firstTokenMs !== null ? durationMs - firstTokenMs : 0;
  // The speed of an answer that came at once says nothing.
  if (usage?.output && writingMs > 100)
    measured.push(['Speed', `${formatCount(Math.round((usage.output * 1_000) / writingMs))} tokens a second`]);
  return measured;
}
