/** The cells of one row of the log. They are drawn again only when the request has changed, and ten times a second while it runs. */
import { memo } from 'react';
import type { RequestRow } from '../../../app/shared/contract';
import type { RequestUsage } from '../../../app/shared/usage';
import { useDialectTitle } from '../../state/dialectTitles';
import { useNow } from '../../state/now';
import {
  formatCachedShare,
  formatCompact,
  formatCount,
  formatDuration,
  formatElapsed,
  formatMoment,
  formatTime,
  inputTokens,
  NONE,
  PENDING,
} from '../../ui/format';
import { Cell } from '../../ui/list/RowGrid';
import { isLive, statusText } from './requestStatus';

export const RequestCells = memo(function RequestCells({ row }: { row: RequestRow }) {
  const { at, client, dialect, model, method, path, usage, firstTokenMs, durationMs } = row;
  return (
    <>
      <Cell name="c-time" title={formatMoment(at)}>
        {formatTime(at, Date.now())}
      </Cell>
      <Cell name="c-client" title={`${client}, ${row.address}`}>
        {client}
      </Cell>
      <Cell name="c-dialect">{useDialectTitle(dialect)}</Cell>
      <Cell name="c-model" title={`${method} ${path}`}>
        {model || <span className="c-path">{`${method} ${path}`}</span>}
      </Cell>
      <Cell name="c-status">
        <RequestStatus row={row} />
      </Cell>
      <Cell name="c-in" title={usage ? inputText(usage) : ''}>
        {usage ? formatCompact(inputTokens(usage)) : NONE}
      </Cell>
      <Cell name="c-out">{outputText(row)}</Cell>
      <Cell name="c-first">{firstTokenMs === null ? NONE : formatDuration(firstTokenMs)}</Cell>
      <Cell name="c-duration">
        {isLive(row.phase) ? <Elapsed since={at} /> : durationMs === null ? NONE : formatDuration(durationMs)}
      </Cell>
    </>
  );
});

/** `12,345 tokens, 92 % cached` */
function inputText(usage: RequestUsage): string {
  return [`${formatCount(inputTokens(usage))} tokens`, formatCachedShare(usage)].filter(Boolean).join(', ');
}

/** The API counts the tokens of an answer when it has ended. */
function outputText({ usage, phase }: RequestRow): string {
  if (!usage) return NONE;
  if (usage.output === null) return isLive(phase) ? PENDING : NONE;
  return formatCompact(usage.output);
}

/** The phase while the request runs, then its HTTP status, or how it ended where the status does not say so. */
export function RequestStatus({ row }: { row: RequestRow }) {
  return (
    <span className="request-status" data-phase={row.phase}>
      <span className="dot" />
      {statusText(row)}
    </span>
  );
}

/** The time since the request arrived, ten times a second. */
export function Elapsed({ since }: { since: number }) {
  return <span className="elapsed">{formatElapsed(useNow() - since)}</span>;
}
