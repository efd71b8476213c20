/** A stored conversation for reading: its facts, actions and messages. */

import { costNote } from '../../app/shared/cli/payer';
import type { StoredConversation, StoredMessage } from '../../app/shared/contract';
import { CopyButton } from '../ui/CopyButton';
import {
  allTokens,
  formatBytes,
  formatCachedShare,
  formatCompact,
  formatMoment,
  formatUsd,
  plural,
} from '../ui/format';
import { Icon } from '../ui/Icon';
import { conversationTitle } from './conversationTitle';
import type { HistoryStore } from './historyStore';
import { COPY_LIMIT, Messages, ROLE_NAMES } from './Messages';
import { useStoredMessages } from './useStoredMessages';

export interface ConversationReaderProps {
  row: StoredConversation;
  store: HistoryStore;
  onClose: () => void;
  onDelete: () => void;
}

export function ConversationReader({ row, store, onClose, onDelete }: ConversationReaderProps) {
  const { messages, failure, retry } = useStoredMessages(row);
  const { text, generated } = conversationTitle(row);
  return (
    <aside className="reader" aria-label="Conversation" onKeyDown={(event) => event.key === 'Escape' && onClose()}>
      <header className="reader-head">
        <h2 title={text} data-generated={generated}>
          {text}
        </h2>
        <span className="reader-actions">
          {messages && messages.length > 0 && row.bytes <= COPY_LIMIT && (
            <CopyButton text={() => asText(messages)} label="Copy the conversation" />
          )}
          <button
            type="button"
            className="icon-button"
            title="Delete (Del)"
            aria-label="Delete this conversation"
            onClick={onDelete}
          >
            <Icon name="trash" />
          </button>
          <button type="button" className="icon-button" title="Close (Esc)" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </span>
        <Facts row={row} />
      </header>
      {messages && messages.length > 0 ? (
        <Messages key={row.id} conversation={row.id} messages={messages} store={store} />
      ) : (
        <div className="empty">
          <NoMessages row={row} messages={messages} failure={failure} onRetry={retry} />
        </div>
      )}
    </aside>
  );
}

function Facts({ row }: { row: StoredConversation }) {
  const { client, model, title, name, turns, usage, bytes, createdAt, usedAt } = row;
  const cached = formatCachedShare(usage);
  const facts = [
    client,
    model,
    plural(turns, 'turn'),
    `${formatCompact(allTokens(usage))} tokens`,
    ...(cached ? [cached] : []),
    `${formatUsd(usage.costUsd)} ${costNote(null)}`,
    ...(bytes > 0 ? [formatBytes(bytes)] : []),
  ];
  const since = formatMoment(createdAt).slice(0, 16);
  const until = formatMoment(usedAt).slice(0, 16);
  return (
    <div className="reader-facts">
      <p>{facts.join(' · ')}</p>
      <p>
        {since === until ? since : `${since} to ${since.slice(0, 10) === until.slice(0, 10) ? until.slice(11) : until}`}
        {title && name && (
          <>
            {' · '}
            <span title="The client’s name for it">{name}</span>
          </>
        )}
      </p>
    </div>
  );
}

interface NoMessagesProps {
  row: StoredConversation;
  messages: StoredMessage[] | null | undefined;
  failure: string | null;
  onRetry: () => void;
}

/** Why no message is shown. */
function NoMessages({ row, messages, failure, onRetry }: NoMessagesProps) {
  if (failure !== null) {
    return (
      <>
        <p role="alert">{failure}</p>
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      </>
    );
  }
  if (messages === undefined) return null;
  if (messages === null) return <p>The texts of this conversation are not stored.</p>;
  return (
    <p>
      {row.turns === 0
        ? 'Its first question has no answer yet. Both appear here once the answer is complete.'
        : 'This conversation has no messages.'}
    </p>
  );
}

function asText(messages: StoredMessage[]): string {
  return messages.map(({ role, text }) => `${ROLE_NAMES[role]}:\n${text}`).join('\n\n');
}
