/** The tab "Sent / Received": what is known of the request, and its headers and bodies. */
import type { ReactNode } from 'react';
import type { RequestDetails, RequestRow, WireSide } from '../../../../app/shared/contract';
import { OUTCOME_WORDS } from '../../../../app/shared/requests/outcomes';
import { useDialectTitle } from '../../../state/dialectTitles';
import { CopyButton } from '../../../ui/CopyButton';
import { formatBytes, formatMoment, plural } from '../../../ui/format';
import { JsonText } from '../../../ui/json/JsonText';
import { type FilterField, SERVED_WORDS } from '../../filter/filterParts';
import { FilterLink } from '../DetailsHead';
import { Section } from '../Section';
import { useWire } from './useWire';

export interface WireProps {
  row: RequestRow;
  details: RequestDetails | null;
  onFilter: (field: FilterField, value: string) => void;
}

export function Wire({ row, details, onFilter }: WireProps) {
  const { wire, failure } = useWire(row);
  return (
    <>
      <Facts row={row} details={details} onFilter={onFilter} />
      {details && details.ignored.length > 0 && (
        <Section title="Ignored: these parameters could not be honoured">
          <ul className="chips">
            {details.ignored.map((name) => (
              <li key={name}>
                <code>{name}</code>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {details?.isolation && (
        <Section title="What Claude could see">
          <p className="isolation">{details.isolation}</p>
        </Section>
      )}
      {wire && <Side title="Sent by the client" side={wire.request} />}
      {wire && <Side title="Received by the client" side={wire.response} />}
      {wire === null && (
        <p className="details-section quiet">Headers and bodies are kept for the latest requests of this run only.</p>
      )}
      {failure !== null && (
        <p className="details-section quiet" role="alert">
          {failure}
        </p>
      )}
    </>
  );
}

function Side({ title, side: { headers, body, bytes, truncated } }: { title: string; side: WireSide }) {
  const size = bytes === 0 ? 'no body' : formatBytes(bytes);
  return (
    <Section title={`${title} · ${size}`}>
      {headers.length > 0 && (
        <details className="fold">
          <summary>{plural(headers.length, 'header')}</summary>
          <dl className="wire-headers">
            {headers.map(([name, value], position) => {
              const key = `${position} ${name}`;
              return (
                <div key={key}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              );
            })}
          </dl>
        </details>
      )}
      {body !== null && body !== '' && (
        <div className="wire-body">
          <CopyButton text={body} label="Copy the body" />
          <JsonText text={body} />
          {truncated && <p className="quiet">The first part of {formatBytes(bytes)}.</p>}
        </div>
      )}
      {body === null && bytes > 0 && <p className="quiet">The body was not kept.</p>}
    </Section>
  );
}

function Facts({ row, details, onFilter }: WireProps) {
  const { client, address, keyId, keyName, dialect, model, outcome, served, conversation, status } = row;
  const title = useDialectTitle(dialect);
  const link = (field: FilterField, value: string, label: string) => (
    <FilterLink label={label} onClick={() => onFilter(field, value)} />
  );
  const facts: [name: string, value: ReactNode][] = [
    ['Request', `${row.method} ${row.path}`],
    ['Arrived', formatMoment(row.at)],
    ['Client', link('client', client, client)],
    ['User agent', details?.userAgent],
    ['Address', address],
    ['API key', keyId && link('key', keyId, keyName || keyId)],
    ['Dialect', link('dialect', dialect, title)],
    ['Model', model && link('model', model, model)],
    ['Answered by', row.resolvedModel && link('model', row.resolvedModel, row.resolvedModel)],
    ['Outcome', link('outcome', outcome, OUTCOME_WORDS[outcome])],
    ['Status', status],
    ['Streamed', model && (row.stream ? 'yes' : 'no')],
    ['Messages', details?.messages],
    ['Served by', served && link('served', served, SERVED_WORDS[served])],
    ['Paid by', details?.payer],
    ['Conversation', conversation && link('conversation', conversation, conversation)],
    ['Id', row.id],
  ];
  return (
    <Section title="Request">
      <dl className="facts">
        {facts
          .filter(([, value]) => value !== null && value !== undefined && value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </Section>
  );
}
