/** A conversation for reading: its facts, actions and messages. */
import { useRef } from 'react';
import { isRunning } from '../../state/conversationPhases';
import { useApp, useNavigation } from '../../state/services';
import { plural } from '../../ui/format';
import { TEXTS_KEPT_OUT } from '../../ui/said/SaidParts';
import type { ConversationEntry } from '../conversationEntry';
import type { HistoryStore } from '../historyStore';
import { Messages } from './Messages';
import { ReaderHeader } from './ReaderHeader';
import { type ReadConversation, useReaderMessages } from './useReaderMessages';

export interface ConversationReaderProps {
  entry: ConversationEntry;
  store: HistoryStore;
  /** Its title is being edited. */
  renaming: boolean;
  onBeginRename: () => void;
  /** @param focus gives the focus back */
  onRename: (title: string | null, focus: () => void) => void;
  onClose: () => void;
  onDelete: () => void;
}

export function ConversationReader(props: ConversationReaderProps) {
  const { entry, store, renaming, onBeginRename, onRename, onClose, onDelete } = props;
  const reader = useRef<HTMLElement>(null);
  const read = useReaderMessages(entry);
  const focus = () => reader.current?.querySelector<HTMLElement>('.reader-body, .reader-menu > button')?.focus();
  return (
    <aside
      ref={reader}
      className="reader"
      aria-label="Conversation"
      onKeyDown={(event) => {
        if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === 'Escape') onClose();
        else if (event.key === 'F2') onBeginRename();
        else if (event.key === 'Delete') onDelete();
        else return;
        event.preventDefault();
      }}
    >
      <ReaderHeader
        entry={entry}
        messages={read.messages}
        renaming={renaming}
        onBeginRename={onBeginRename}
        onRename={(title) => onRename(title, focus)}
        onClose={onClose}
        onDelete={onDelete}
      />
      {read.missing > 0 && (
        <p className="history-note">
          {plural(read.missing, 'earlier message')} of the program’s history: stored with the answer.
        </p>
      )}
      {read.messages.length > 0 ? (
        <Messages
          conversation={entry.id}
          messages={read.messages}
          results={read.results}
          live={entry.phase !== null}
          store={store}
        />
      ) : (
        <div className="empty">
          <NoMessages entry={entry} read={read} />
        </div>
      )}
      <Announcement running={isRunning(entry)} />
    </aside>
  );
}

/** For screen readers: that an answer has begun or ended, and not its words. */
function Announcement({ running }: { running: boolean }) {
  const ran = useRef(running);
  if (running) ran.current = true;
  return (
    <p className="visually-hidden" role="status">
      {running ? 'Claude is answering.' : ran.current ? 'The answer has ended.' : ''}
    </p>
  );
}

/** Why no message is shown. */
function NoMessages({ entry, read: { stored, failure, retry } }: { entry: ConversationEntry; read: ReadConversation }) {
  const keepTexts = useApp((app) => app.settings.keepTexts);
  const navigation = useNavigation();
  if (failure !== null) {
    return (
      <>
        <p role="alert">{failure}</p>
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      </>
    );
  }
  if (!keepTexts || (stored === null && entry.stored)) {
    return (
      <>
        <p>{keepTexts ? 'The texts of this conversation are not stored.' : TEXTS_KEPT_OUT}</p>
        <button type="button" className="button" onClick={() => navigation.open('settings', 'keepTexts')}>
          Open the setting
        </button>
      </>
    );
  }
  if (stored === undefined) return null;
  return <p>{isRunning(entry) ? 'The question is on its way.' : 'This conversation has no messages.'}</p>;
}
