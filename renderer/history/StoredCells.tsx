/** The cells of one stored conversation. */
import { memo } from 'react';
import type { StoredConversation } from '../../app/shared/contract';
import type { Usage } from '../../app/shared/usage';
import { useSeconds } from '../state/now';
import {
  allTokens,
  formatCachedShare,
  formatCompact,
  formatCount,
  formatLastUse,
  formatMoment,
  formatUsd,
} from '../ui/format';
import { Cell } from '../ui/list/RowGrid';
import { conversationTitle } from './conversationTitle';

export interface StoredCellsProps {
  row: StoredConversation;
  /** Whether it has a process now. */
  live: boolean;
}

export const StoredCells = memo(function StoredCells({ row, live }: StoredCellsProps) {
  const { client, model, turns, usage, usedAt } = row;
  const { text, generated } = conversationTitle(row);
  return (
    <>
      <Cell name="s-title" title={text}>
        <span className="s-words" data-generated={generated}>
          {text}
        </span>
        {live && <span className="dot s-live" role="img" aria-label="active" title="Active: it has a process now" />}
      </Cell>
      <Cell name="s-client" title={client}>
        {client}
      </Cell>
      <Cell name="s-model" title={model}>
        {model}
      </Cell>
      <Cell name="s-turns">{formatCompact(turns)}</Cell>
      <Cell name="s-tokens" title={tokensText(usage)}>
        {formatCompact(allTokens(usage))}
      </Cell>
      <Cell name="s-cost">{formatUsd(usage.costUsd)}</Cell>
      <Cell name="s-used" title={formatMoment(usedAt)}>
        <LastUse at={usedAt} />
      </Cell>
    </>
  );
});

/** `12,345 tokens, 92 % cached` */
function tokensText(usage: Usage): string {
  return [`${formatCount(allTokens(usage))} tokens`, formatCachedShare(usage)].filter(Boolean).join(', ');
}

/** How long ago it was used. */
function LastUse({ at }: { at: number }) {
  return formatLastUse(at, useSeconds());
}
