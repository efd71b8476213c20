/** The messages of a conversation. Only those in view exist, and of a very long one only the part that the user has asked to see. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { StoredMessage } from '../../app/shared/contract';
import { CopyButton } from '../ui/CopyButton';
import { formatCount } from '../ui/format';
import type { HistoryStore } from './historyStore';
import { splitMessage } from './splitMessage';

/** How much of a message is shown at first, and how much more at each click, in characters. */
const FIRST_PART = 12_000;
const NEXT_PART = 50_000;

/** In bytes or characters: the app's clipboard call takes no more than a million characters. */
export const COPY_LIMIT = 1_000_000;

export interface MessagesProps {
  conversation: string;
  messages: StoredMessage[];
  /** Holds how far the conversation was read. */
  store: HistoryStore;
}

export function Messages({ conversation, messages, store }: MessagesProps) {
  const place = useRef<HTMLElement>(null);
  const [read] = useState(() => (store.reader?.conversation === conversation ? store.reader : null));
  // Not in the message's component, which goes when the message is scrolled out of view.
  const [lengths, setLengths] = useState<Readonly<Record<number, number>>>(read?.lengths ?? {});
  const virtualizer = useVirtualizer({
    count: messages.length,
    getScrollElement: () => place.current,
    estimateSize: (index) => estimatedHeight(messages[index]?.text ?? ''),
    overscan: 3,
    paddingStart: 4,
    paddingEnd: 20,
    initialOffset: read?.offset ?? 0,
    initialMeasurementsCache: read?.measurements ?? [],
  });
  const remember = () => {
    const { measurementsCache: measurements } = virtualizer;
    store.reader = { conversation, offset: place.current?.scrollTop ?? 0, measurements, lengths };
  };
  useEffect(() => {
    if (store.reader?.conversation === conversation) store.reader.lengths = lengths;
  }, [store, conversation, lengths]);
  // The browser's own way to the end stops at each message that turns out to be higher than estimated.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key !== 'End' && event.key !== 'Home')) return;
    event.preventDefault();
    const atEnd = event.key === 'End';
    virtualizer.scrollToIndex(atEnd ? messages.length - 1 : 0, { align: atEnd ? 'end' : 'start' });
  };
  return (
    <section
      ref={place}
      className="reader-body"
      aria-label="Messages"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by the keys that scroll it
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={remember}
    >
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

export const ROLE_NAMES: Record<StoredMessage['role'], string> = { user: 'User', assistant: 'Claude' };

interface MessageProps {
  message: StoredMessage;
  /** How many characters of it are shown. */
  length: number;
  onMore: () => void;
}

function Message({ message: { role, text }, length, onMore }: MessageProps) {
  const rest = text.length - length;
  const parts = splitMessage(rest > 0 ? text.slice(0, length) : text);
  return (
    <>
      <header>
        <h3>{ROLE_NAMES[role]}</h3>
        {text.length <= COPY_LIMIT && <CopyButton text={text} label="Copy this message" />}
      </header>
      {parts.length === 0 && <p className="quiet">No text.</p>}
      {parts.map((part, position) => {
        const key = `${position} ${part.kind}`;
        if (part.kind === 'prose') return <p key={key}>{part.text}</p>;
        return (
          <pre key={key}>
            <code>{part.text}</code>
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
