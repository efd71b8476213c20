/** The cells of one row of the log. They are drawn again only when the request has changed, and ten times a second while it runs. */
import { memo, type ReactNode } from 'react';
import type { RequestRow } from '../../../app/shared/contract';
import { OUTCOME_WORDS } from '../../../app/shared/requests/outcomes';
import { useNow } from '../../state/now';
import {
  formatCompact,
  formatCount,
  formatDuration,
  formatElapsed,
  formatMoment,
  formatTime,
  NONE,
  PENDING,
} from '../../ui/format';
import { Cell } from '../../ui/list/RowGrid';
import { Outcome } from './Outcome';
import { isLive } from './requestStatus';

export interface RequestCellsProps {
  row: RequestRow;
  /** The words that are searched for, in lower case. */
  words: readonly string[];
}

export const RequestCells = memo(function RequestCells({ row, words }: RequestCellsProps) {
  const { at, client, keyName, model, resolvedModel, method, path, asked, firstTokenMs, durationMs, usage } = row;
  return (
    <>
      <Cell name="c-time" title={formatMoment(at)}>
        {formatTime(at, Date.now())}
      </Cell>
      <Cell name="c-client" title={[client, keyName && `key ${keyName}`, row.address].filter(Boolean).join(', ')}>
        {client}
        {keyName && <span className="c-key"> {keyName}</span>}
      </Cell>
      <Cell name="c-asked" title={asked || `${method} ${path}`}>
        {asked ? <Marked text={asked} words={words} /> : <span className="c-path">{`${method} ${path}`}</span>}
      </Cell>
      <Cell
        name="c-model"
        title={resolvedModel && resolvedModel !== model ? `${model}, answered by ${resolvedModel}` : model}
      >
        {model || NONE}
      </Cell>
      <Cell name="c-outcome">
        <Outcome row={row} />
      </Cell>
      <Cell name="c-out" title={usage?.output ? `${formatCount(usage.output)} tokens` : undefined}>
        {outputText(row)}
      </Cell>
      <Cell name="c-first">{firstTokenMs === null ? NONE : formatDuration(firstTokenMs)}</Cell>
      <Cell name="c-total">
        {isLive(row.phase) ? <Elapsed since={at} /> : durationMs === null ? NONE : formatDuration(durationMs)}
      </Cell>
    </>
  );
});

/** The row in one sentence, for screen readers. */
export function rowLabel(row: RequestRow): string {
  const { at, client, model, asked, method, path, outcome, usage, durationMs } = row;
  const facts = [
    `${client}${model ? ` to ${model}` : ''}`,
    asked || `${method} ${path}`,
    OUTCOME_WORDS[outcome],
    usage?.output ? `${formatCount(usage.output)} tokens` : '',
    durationMs === null ? '' : formatDuration(durationMs),
    formatTime(at, Date.now()),
  ];
  return facts.filter(Boolean).join(', ');
}

/** The text with every occurrence of the words marked. */
function Marked({ text, words }: { text: string; words: readonly string[] }): ReactNode {
  if (words.length === 0) return text;
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`, 'gi');
  // Splitting at a group leaves plain text at even positions and matches at odd ones.
  return text.split(pattern).map((piece, position) => {
    const key = `${position} ${piece}`;
    return position % 2 === 0 ? piece : <mark key={key}>{piece}</mark>;
  });
}

/** The API counts the tokens of an answer when it has ended. */
function outputText({ usage, phase }: RequestRow): string {
  if (!usage) return NONE;
  if (usage.output === null) return isLive(phase) ? PENDING : NONE;
  return formatCompact(usage.output);
}

/** The time since the request arrived, ten times a second. */
export function Elapsed({ since }: { since: number }) {
  return <span className="elapsed">{formatElapsed(useNow() - since)}</span>;
}
