/**
 * The messages of a conversation. Only those in view exist, and of a very long text only the part that the user has asked to see. While an
 * answer comes in, its end stays in view as long as the user has not scrolled away from it.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { COPY_LIMIT } from '../../ui/CopyButton';
import { Icon } from '../../ui/Icon';
import { SaidParts, type ToolResultPart } from '../../ui/said/SaidParts';
import type { HistoryStore } from '../historyStore';
import { CopyMarkdown } from './CopyMarkdown';
import type { ReaderMessage } from './readerMessages';

/** So close to the end counts as at the end, in pixels. */
const END_ZONE = 32;

/** Of a text, for the estimate of its height. */
const LONGEST_ESTIMATE = 12_000;

export interface MessagesProps {
  conversation: string;
  messages: readonly ReaderMessage[];
  results: ReadonlyMap<string, ToolResultPart>;
  /** It is live: reading begins at its end. */
  live: boolean;
  /** Holds how far the conversation was read. */
  store: HistoryStore;
}

export function Messages({ conversation, messages, results, live, store }: MessagesProps) {
  const place = useRef<HTMLElement>(null);
  const [read] = useState(() => (store.reader?.conversation === conversation ? store.reader : null));
  // Not in the message's component, which goes when the message is scrolled out of view.
  const [shownParts, setShownParts] = useState<Readonly<Record<string, number>>>(read?.shownParts ?? {});
  const [atEnd, setAtEnd] = useState(read?.atEnd ?? live);
  const follows = useRef(atEnd);
  const virtualizer = useVirtualizer({
    count: messages.length,
    getScrollElement: () => place.current,
    estimateSize: (index) => estimatedHeight(messages[index]),
    getItemKey: (index) => messages[index]?.key ?? index,
    overscan: 3,
    paddingStart: 4,
    paddingEnd: 20,
    initialOffset: read?.offset ?? 0,
    initialMeasurementsCache: read?.measurements ?? [],
  });
  const onScroll = () => {
    const element = place.current;
    if (!element) return;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_ZONE;
    follows.current = isAtEnd;
    setAtEnd(isAtEnd);
    const { measurementsCache: measurements } = virtualizer;
    store.reader = { conversation, offset: element.scrollTop, atEnd: isAtEnd, measurements, shownParts };
  };
  useEffect(() => {
    if (store.reader?.conversation === conversation) store.reader.shownParts = shownParts;
  }, [store, conversation, shownParts]);
  useEffect(() => {
    if (store.focusesMessages) place.current?.focus();
    store.focusesMessages = false;
  }, [store]);
  // After each drawing: the answer has grown, or a message has turned out to be higher than estimated.
  useLayoutEffect(() => {
    if (follows.current && place.current) place.current.scrollTop = place.current.scrollHeight;
  });
  const toEnd = () => {
    follows.current = true;
    setAtEnd(true);
    place.current?.focus();
  };
  // The browser's own way to the end stops at each message that turns out to be higher than estimated.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'End') toEnd();
    else if (event.key === 'Home') virtualizer.scrollToIndex(0, { align: 'start' });
    else if (event.key === 'j' || event.key === 'k') place.current?.scrollBy({ top: event.key === 'j' ? 80 : -80 });
    else return;
    event.preventDefault();
  };
  const onMore = useCallback(
    (message: string, part: number, parts: number) =>
      setShownParts((before) => ({ ...before, [`${message}.${part}`]: parts })),
    [],
  );
  return (
    <div className="reader-place">
      <section
        ref={place}
        className="reader-body"
        aria-label="Messages"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by the keys that scroll it
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={onScroll}
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
                  <Message message={message} results={results} shownParts={shownParts} onMore={onMore} />
                </li>
              )
            );
          })}
        </ol>
      </section>
      {!atEnd && live && (
        <button type="button" className="to-top to-end" onClick={toEnd}>
          <Icon name="M8 3V12.5 M3.8 8.5 8 12.7 12.2 8.5" />
          Latest
        </button>
      )}
    </div>
  );
}

function estimatedHeight(message: ReaderMessage | undefined): number {
  let height = 60;
  for (const part of message?.parts ?? []) {
    if (part.kind === 'text') height += Math.min(part.text.length, LONGEST_ESTIMATE) * 0.3;
    else height += part.kind === 'image' ? 200 : 40;
  }
  return height;
}

const ROLE_NAMES: Record<ReaderMessage['role'], string> = { user: 'User', assistant: 'Claude' };

interface MessageProps {
  message: ReaderMessage;
  results: ReadonlyMap<string, ToolResultPart>;
  shownParts: Readonly<Record<string, number>>;
  onMore: (message: string, part: number, parts: number) => void;
}

function Message({ message, results, shownParts, onMore }: MessageProps) {
  const { key, role, parts, streaming, broken } = message;
  const length = parts.reduce((sum, part) => sum + ('text' in part ? part.text.length : 0), 0);
  const byPart = Object.fromEntries(parts.map((_, index) => [index, shownParts[`${key}.${index}`] ?? 1]));
  return (
    <>
      <header>
        <h3>{ROLE_NAMES[role]}</h3>
        {length > 0 && length <= COPY_LIMIT && !streaming && <CopyMarkdown parts={parts} />}
      </header>
      <div className="message-parts">
        {parts.length === 0 && <p className="quiet">{streaming ? 'Waiting for the first words…' : 'No text.'}</p>}
        <SaidParts
          parts={parts}
          streaming={streaming}
          results={results}
          shownParts={byPart}
          onMore={(part, count) => onMore(key, part, count)}
        />
        {broken && <p className="message-note">This answer was cut off. It is no part of the conversation.</p>}
      </div>
    </>
  );
}
