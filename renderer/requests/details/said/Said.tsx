/** The tab "Said": the question and the answer as it is written. */
import { type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react';
import type { RequestDetails, RequestRow, RequestTexts, TextsWithheld } from '../../../../app/shared/contract';
import { useNavigation, useStoredConversations } from '../../../state/services';
import { plural } from '../../../ui/format';
import { LongText } from '../../../ui/json/LongText';
import { SaidParts, TEXTS_KEPT_OUT } from '../../../ui/said/SaidParts';
import { useNeighbour } from './useNeighbour';
import { useSaid } from './useSaid';

export interface SaidProps {
  row: RequestRow;
  details: RequestDetails | null;
  /** What scrolls. */
  body: RefObject<HTMLDivElement | null>;
  onOpen: (id: string) => void;
}

export function Said({ row, body, onOpen }: SaidProps) {
  const { texts, failure } = useSaid(row);
  const isReady = typeof texts === 'object';
  useStayAtEnd(body, isReady ? texts.version : -1);
  if (failure !== null && !isReady) {
    return (
      <p className="details-section" role="alert">
        {failure}
      </p>
    );
  }
  if (texts === undefined) return null;
  return isReady ? <Texts texts={texts} row={row} onOpen={onOpen} /> : <Withheld reason={texts} />;
}

interface TextsProps {
  texts: RequestTexts;
  row: RequestRow;
  onOpen: (id: string) => void;
}

function Texts({ texts, row, onOpen }: TextsProps) {
  const { system, earlierMessages, question, answer, running } = texts;
  const openNext = useNeighbour(row, 'next', onOpen);
  const openPrevious = useNeighbour(row, 'previous', onOpen);
  return (
    <div className="said">
      {(system || earlierMessages > 0) && (
        <div className="said-before">
          {system && (
            <details className="fold">
              <summary>System prompt</summary>
              <LongText text={system} />
            </details>
          )}
          {earlierMessages > 0 && <EarlierMessages count={earlierMessages} row={row} />}
        </div>
      )}
      <section className="said-side" data-side="question" aria-label="Question">
        <h3>{row.client}</h3>
        <SaidParts alone parts={question} toolLink={toolLink('Show the request that called it', openPrevious)} />
        {question.length === 0 && <p className="quiet">Nothing new was said.</p>}
      </section>
      <section className="said-side" data-side="answer" aria-label="Answer" aria-busy={running}>
        <h3>{row.resolvedModel ?? (row.model || 'Claude')}</h3>
        <SaidParts
          alone
          parts={answer}
          streaming={running}
          toolLink={toolLink('Show the request with the result', openNext)}
        />
        {answer.length === 0 && <p className="quiet">{running ? 'Nothing yet…' : 'There is no answer.'}</p>}
      </section>
    </div>
  );
}

/** Opens the request with the other side of a tool's call, where there is one. */
function toolLink(label: string, open: (() => void) | null): ReactNode {
  return (
    open && (
      <button type="button" className="link said-link" onClick={open}>
        {label}
      </button>
    )
  );
}

function EarlierMessages({ count, row }: { count: number; row: RequestRow }) {
  const navigation = useNavigation();
  const storedConversations = useStoredConversations();
  const { conversation, at } = row;
  const text = plural(count, 'earlier message');
  if (conversation === null) return <p className="quiet">{text}</p>;
  const open = () => {
    void storedConversations.find(conversation, at);
    navigation.open('history', conversation);
  };
  return (
    <button type="button" className="link said-link" onClick={open}>
      {text}
    </button>
  );
}

const REASONS: Readonly<Record<TextsWithheld, string>> = {
  private: TEXTS_KEPT_OUT,
  no_model: 'This request asked no model, so nothing was said.',
  deleted: 'The texts were deleted with the history, or are older than it is kept.',
};

function Withheld({ reason }: { reason: TextsWithheld }) {
  const navigation = useNavigation();
  return (
    <div className="said-withheld">
      <p>{REASONS[reason]}</p>
      {reason === 'private' && (
        <button type="button" className="button" onClick={() => navigation.open('settings', 'keepTexts')}>
          Open the setting
        </button>
      )}
    </div>
  );
}

/** Where the user looks at the end of the answer, the view stays there while it grows. */
function useStayAtEnd(body: RefObject<HTMLDivElement | null>, version: number): void {
  const isAtEnd = useRef(false);
  const wasVersion = useRef(-1);
  useLayoutEffect(() => {
    const element = body.current;
    if (!element) return;
    // The first text is read from its beginning.
    if (isAtEnd.current && wasVersion.current >= 0 && version > wasVersion.current)
      element.scrollTop = element.scrollHeight;
    wasVersion.current = version;
    const remember = () => {
      isAtEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - 24;
    };
    remember();
    element.addEventListener('scroll', remember, { passive: true });
    return () => element.removeEventListener('scroll', remember);
  }, [body, version]);
}
