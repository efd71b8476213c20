/** A stored conversation, to be read. Only the messages in view exist, and of a very long one only as much as was asked for. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { StoredConversation, StoredMessage } from '../../app/shared/contract';
import { CopyButton } from '../ui/CopyButton';
import { allTokens, formatBytes, formatCompact, formatCount, formatMoment, formatUsd, plural } from '../ui/format';
import { Icon } from '../ui/Icon';
import { conversationTitle } from './conversationTitle';
import { splitMessage } from './splitMessage';
import { useStoredMessages } from './useStoredMessages';

export interface ConversationReaderProps {
  row: StoredConversation;
  onClose: () => void;
  onDelete: () => void;
}

export function ConversationReader({ row, onClose, onDelete }: ConversationReaderProps) {
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
        <Messages key={row.id} messages={messages} />
      ) : (
        <div className="empty">
          <Absent row={row} messages={messages} failure={failure} onRetry={retry} />
        </div>
      )}
    </aside>
  );
}

/** In bytes of what is storedConversations, which is never less than the text: the clipboard's channel takes no more than a million characters. */
const COPY_LIMIT = 1_000_000;

function Facts({ row }: { row: StoredConversation }) {
  const { client, model, title, name, turns, usage, bytes, createdAt, usedAt } = row;
  const facts = [
    client,
    model,
    plural(turns, 'turn'),
    `${formatCompact(allTokens(usage))} tokens`,
    formatUsd(usage.costUsd),
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
            <span title="What the client calls it">{name}</span>
          </>
        )}
      </p>
    </div>
  );
}

interface AbsentProps {
  row: StoredConversation;
  messages: StoredMessage[] | null | undefined;
  failure: string | null;
  onRetry: () => void;
}

/** What stands where no message does. */
function Absent({ row, messages, failure, onRetry }: AbsentProps) {
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
  if (messages === null) return <p>What was said in this conversation is not storedConversations.</p>;
  return (
    <p>
      {row.turns === 0
        ? 'Its first question has no answer yet. Both appear here once it has.'
        : 'Nothing was said in this conversation.'}
    </p>
  );
}

/** How much of a message is shown at first, and how much more at each click, in characters. */
const FIRST_PART = 12_000;
const NEXT_PART = 50_000;

function Messages({ messages }: { messages: StoredMessage[] }) {
  const place = useRef<HTMLElement>(null);
  // Not in the message: it goes when it is scrolled out of view.
  const [lengths, setLengths] = useState<Record<number, number>>({});
  const virtualizer = useVirtualizer({
    count: messages.length,
    getScrollElement: () => place.current,
    estimateSize: (index) => estimatedHeight(messages[index]?.text ?? ''),
    overscan: 3,
    paddingStart: 4,
    paddingEnd: 20,
  });
  // The browser's own way to the end stops wherever a message turns out to be higher than was thought.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key !== 'End' && event.key !== 'Home')) return;
    event.preventDefault();
    const atEnd = event.key === 'End';
    virtualizer.scrollToIndex(atEnd ? messages.length - 1 : 0, { align: atEnd ? 'end' : 'start' });
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keys that scroll
    <section ref={place} className="reader-body" aria-label="Messages" tabIndex={0} onKeyDown={onKeyDown}>
      <ol className="messages" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const message = messages[index];
          return (
            message && (
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                data-role={message.role}
                className="message"
                aria-posinset={index + 1}
                aria-setsize={messages.length}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Message
                  message={message}
                  length={lengths[index] ?? FIRST_PART}
                  onMore={() =>
                    setLengths((before) => ({ ...before, [index]: (before[index] ?? FIRST_PART) + NEXT_PART }))
                  }
                />
              </li>
            )
          );
        })}
      </ol>
    </section>
  );
}

function estimatedHeight(text: string): number {
  return 60 + Math.min(text.length, FIRST_PART) * 0.3;
}

const ROLE_NAMES: Record<StoredMessage['role'], string> = { user: 'User', assistant: 'Claude' };

interface MessageProps {
  message: StoredMessage;
  /** How many characters of it are shown. */
  length: number;
  onMore: () => void;
}

function Message({ message: { role, text }, length, onMore }: MessageProps) {
  const rest = text.length - length;
  const pieces = splitMessage(rest > 0 ? text.slice(0, length) : text);
  return (
    <>
      <header>
        <h3>{ROLE_NAMES[role]}</h3>
        {text.length <= COPY_LIMIT && <CopyButton text={text} label="Copy this message" />}
      </header>
      {pieces.length === 0 && <p className="quiet">No words.</p>}
      {pieces.map((piece, position) => {
        const key = `${position} ${piece.kind}`;
        if (piece.kind === 'prose') return <p key={key}>{piece.text}</p>;
        return (
          <pre key={key}>
            <code>{piece.text}</code>
          </pre>
        );
      })}
      {rest > 0 && (
        <button type="button" className="button message-more" onClick={onMore}>
          Show more ({formatCount(rest)} characters left)
        </button>
      )}
    </>
  );
}

function asText(messages: StoredMessage[]): string {
  return messages.map(({ role, text }) => `${ROLE_NAMES[role]}:\n${text}`).join('\n\n');
}
