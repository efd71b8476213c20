/** The details of the selected request, beside the log. */
import { type ReactNode, useEffect } from 'react';
import { type Billing, costNote } from '../../../app/shared/cli/payer';
import type { RequestDetails, RequestRow } from '../../../app/shared/contract';
import type { RequestUsage } from '../../../app/shared/usage';
import { useDialectTitle } from '../../state/dialectTitles';
import { useNow } from '../../state/now';
import { useNavigation, useStoredConversations, useStoredState } from '../../state/services';
import { CopyButton } from '../../ui/CopyButton';
import {
  allTokens,
  formatCachedShare,
  formatCount,
  formatDuration,
  formatMoment,
  formatUsd,
  NONE,
  PENDING,
} from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { TOKEN_KINDS } from '../today/tokenKinds';
import { Elapsed, RequestStatus } from './RequestCells';
import { isLive } from './requestStatus';
import { requestTiming } from './requestTiming';
import { useRequestDetails } from './useRequestDetails';

export interface RequestDetailsPaneProps {
  row: RequestRow;
  onClose: () => void;
}

export function RequestDetailsPane({ row, onClose }: RequestDetailsPaneProps) {
  const details = useRequestDetails(row);
  return (
    <aside className="details" aria-label="Request details" onKeyDown={(event) => event.key === 'Escape' && onClose()}>
      <header className="details-head">
        <h2 title={row.path}>
          <span>{row.method}</span> {row.path}
        </h2>
        <button type="button" className="icon-button" aria-label="Close details" title="Close (Esc)" onClick={onClose}>
          <Icon name="close" />
        </button>
        <p>
          <RequestStatus row={row} />
          <span>{isLive(row.phase) ? <Elapsed since={row.at} /> : formatDuration(row.durationMs ?? 0)}</span>
          {details && <CopyButton text={() => JSON.stringify(details, null, 2)} label="Copy as JSON" wide />}
        </p>
      </header>
      <div className="details-body">
        {details && <Sections details={details} />}
        {details === null && <p className="details-section quiet">No details are available for this request.</p>}
      </div>
    </aside>
  );
}

function Sections({ details }: { details: RequestDetails }) {
  const { usage, error, ignored, isolation } = details;
  return (
    <>
      {error && (
        <Section title="Error">
          <p className="request-error">{error}</p>
        </Section>
      )}
      {isLive(details.phase) ? <RunningTiming details={details} /> : <Timing details={details} elapsedMs={0} />}
      {usage && <Tokens usage={usage} billing={details.billing} unknown={unknownText(details)} />}
      {ignored.length > 0 && (
        <Section title="Ignored parameters">
          <ul className="chips">
            {ignored.map((name) => (
              <li key={name}>
                <code>{name}</code>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Facts title="Request" facts={requestFacts(details, useDialectTitle(details.dialect))} />
      <Facts title="Conversation" facts={conversationFacts(details)} />
      {details.conversation && <ConversationLink id={details.conversation} since={details.at} phase={details.phase} />}
      {isolation && (
        <Section title="Isolation">
          <p className="isolation">{isolation}</p>
        </Section>
      )}
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="details-section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function RunningTiming({ details }: { details: RequestDetails }) {
  return <Timing details={details} elapsedMs={useNow() - details.at} />;
}

function Timing({ details, elapsedMs }: { details: RequestDetails; elapsedMs: number }) {
  const parts = requestTiming(details, elapsedMs);
  if (parts.length === 0) return null;
  return (
    <Section title="Timing">
      <div className="bar" aria-hidden="true">
        {parts.map(({ key, ms }) => (
          <span key={key} data-part={key} style={{ flexGrow: ms ?? 0 }} />
        ))}
      </div>
      <dl className="measures measures-3">
        {parts.map(({ key, name, ms }) => (
          <div key={key}>
            <dt>
              <span className="swatch" data-part={key} />
              {name}
            </dt>
            <dd>{ms === null ? unknownText(details) : formatDuration(ms)}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** @param unknown stands for a count that the API has not reported. */
function Tokens({ usage, billing, unknown }: { usage: RequestUsage; billing: Billing | null; unknown: string }) {
  const cost = usage.costUsd === null ? null : `${formatUsd(usage.costUsd)} ${costNote(billing)}`;
  const facts = ['Tokens', formatCachedShare(usage), cost];
  return (
    <Section title={facts.filter(Boolean).join(' · ')}>
      {allTokens(usage) > 0 && (
        <div className="bar" aria-hidden="true">
          {TOKEN_KINDS.map(({ key, color }) => (
            <span key={key} style={{ flexGrow: usage[key] ?? 0, background: `var(${color})` }} />
          ))}
        </div>
      )}
      <dl className="measures">
        {TOKEN_KINDS.map(({ key, name, color }) => (
          <div key={key}>
            <dt>
              <span className="swatch" style={{ background: `var(${color})` }} />
              {name}
            </dt>
            <dd>{countText(usage[key], unknown)}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** Stands for a value that is not known: yet, or at all. */
function unknownText({ phase }: RequestRow): string {
  return isLive(phase) ? PENDING : NONE;
}

function countText(count: number | null, unknown: string): string {
  return count === null ? unknown : formatCount(count);
}

type Fact = [name: string, value: string | number | null];

function requestFacts(details: RequestDetails, dialect: string): Fact[] {
  return [
    ['Time', formatMoment(details.at)],
    ['Client', details.client],
    ['User agent', details.userAgent],
    ['Address', details.address],
    ['Dialect', dialect],
    ['Status', details.status],
    ['Id', details.id],
  ];
}

const SERVED: Record<NonNullable<RequestDetails['served']>, string> = {
  new: 'a new process',
  rewind: 'a process that held the beginning of the history',
  replay: 'a process with the history replayed',
  live: 'the process that already had the history',
};

function conversationFacts(details: RequestDetails): Fact[] {
  return [
    ['Model', details.model],
    ['Answered by', details.resolvedModel],
    ['Streamed', details.model ? (details.stream ? 'yes' : 'no') : null],
    ['Messages', details.messages],
    ['Paid by', details.payer],
    ['Served by', details.served && SERVED[details.served]],
    ['Conversation', details.conversation],
  ];
}

interface ConversationLinkProps {
  id: string;
  since: number;
  /** A conversation is stored when its first question is sent, and removed again if that question gets no answer. */
  phase: RequestRow['phase'];
}

/** Opens the conversation on its page, where it is stored. */
function ConversationLink({ id, since, phase }: ConversationLinkProps) {
  const navigation = useNavigation();
  const storedConversations = useStoredConversations();
  const isStored = useStoredState(() => storedConversations.byId(id) !== undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a conversation that is not stored yet may be in another phase
  useEffect(() => {
    void storedConversations.find(id, since);
  }, [storedConversations, id, since, phase]);
  if (!isStored) return null;
  return (
    <button type="button" className="button details-link" onClick={() => navigation.open('history', id)}>
      Show conversation
    </button>
  );
}

function Facts({ title, facts }: { title: string; facts: Fact[] }) {
  const known = facts.filter(([, value]) => value !== null && value !== '');
  if (known.length === 0) return null;
  return (
    <Section title={title}>
      <dl className="facts">
        {known.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
