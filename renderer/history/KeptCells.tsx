/** The cells of one kept conversation. */
import { memo } from 'react';
import type { StoredConversation } from '../../app/shared/contract';
import { useSeconds } from '../state/now';
import { allTokens, formatCompact, formatCount, formatLastUse, formatMoment, formatUsd } from '../ui/format';
import { Cell } from '../ui/list/RowGrid';
import { conversationTitle } from './conversationTitle';

export interface KeptCellsProps {
  row: StoredConversation;
  /** A process holds it now. */
  live: boolean;
}

export const KeptCells = memo(function KeptCells({ row, live }: KeptCellsProps) {
  const { client, model, turns, usage, costUsd, usedAt } = row;
  const { text, standIn } = conversationTitle(row);
  return (
    <>
      <Cell name="k-title" title={text}>
        <span className="k-words" data-stand-in={standIn}>
          {text}
        </span>
        {live && <span className="dot k-live" role="img" aria-label="active" title="Active: a process holds it now" />}
      </Cell>
      <Cell name="k-client" title={client}>
        {client}
      </Cell>
      <Cell name="k-model" title={model}>
        {model}
      </Cell>
      <Cell name="k-turns">{formatCompact(turns)}</Cell>
      <Cell name="k-tokens" title={`${formatCount(allTokens(usage))} tokens`}>
        {formatCompact(allTokens(usage))}
      </Cell>
      <Cell name="k-cost">{formatUsd(costUsd)}</Cell>
      <Cell name="k-used" title={formatMoment(usedAt)}>
        <LastUse at={usedAt} />
      </Cell>
    </>
  );
});

/** How long ago, kept up to date. */
function LastUse({ at }: { at: number }) {
  return formatLastUse(at, useSeconds());
}
