/** One conversation of the list: its title, and in a second line what it is doing or who asked which model. */
import { memo } from 'react';
import { PHASE_WORDS } from '../../state/conversationPhases';
import { useSeconds } from '../../state/now';
import {
  allTokens,
  formatCachedShare,
  formatCompact,
  formatCount,
  formatLastUse,
  formatUsd,
  plural,
} from '../../ui/format';
import type { ConversationEntry } from '../conversationEntry';
import { TitleEditor } from '../TitleEditor';
import { Marked } from './Marked';

export interface ConversationItemProps {
  entry: ConversationEntry;
  /** What is searched for. */
  words: string;
  /** Its title is being edited. */
  renaming: boolean;
  /** null where the user has cancelled. */
  onRename: (title: string | null) => void;
}

export const ConversationItem = memo(function ConversationItem({
  entry,
  words,
  renaming,
  onRename,
}: ConversationItemProps) {
  const { title, isGenerated, client, keyName, model, turns, usage, phase, excerpt } = entry;
  const cached = formatCachedShare(usage);
  const origin = [client, keyName, model].filter(Boolean).join(' · ');
  return (
    <>
      <span className="conv-line">
        {phase !== null && <span className="dot" />}
        {renaming ? (
          <TitleEditor title={isGenerated ? '' : title} onDone={onRename} />
        ) : (
          <span className="conv-title" data-generated={isGenerated} title={title}>
            {title}
          </span>
        )}
        <span className="conv-when">{phase === null ? <LastUse at={entry.usedAt} /> : PHASE_WORDS[phase]}</span>
      </span>
      <span className="conv-line conv-facts">
        <span className="conv-origin" title={origin}>
          {origin}
        </span>
        <span
          className="conv-numbers"
          title={[plural(turns, 'turn'), `${formatCount(allTokens(usage))} tokens`, cached].filter(Boolean).join(', ')}
        >
          <span className="conv-turns">{plural(turns, 'turn')}</span>
          <span>{formatCompact(allTokens(usage))} tok</span>
          <span>{formatUsd(usage.costUsd)}</span>
        </span>
      </span>
      {excerpt !== null && (
        <span className="conv-excerpt">
          <Marked text={excerpt} words={words} />
        </span>
      )}
    </>
  );
});

/** How long ago it was used. */
function LastUse({ at }: { at: number }) {
  return formatLastUse(at, useSeconds());
}
