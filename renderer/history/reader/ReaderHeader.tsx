/** The head of the reader: title, state, facts and actions. */
import { costNote } from '../../../app/shared/cli/payer';
import { messageMarkdown } from '../../../app/shared/conversations/conversationMarkdown';
import { isRunning, PHASE_WORDS } from '../../state/conversationPhases';
import { useCommands, useNavigation } from '../../state/services';
import { COPY_LIMIT, CopyButton } from '../../ui/CopyButton';
import {
  allTokens,
  formatBytes,
  formatCachedShare,
  formatCompact,
  formatMoment,
  formatUsd,
  plural,
} from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { usePending } from '../../ui/usePending';
import type { ConversationEntry } from '../conversationEntry';
import { TitleEditor } from '../TitleEditor';
import { ActionMenu, type MenuAction } from './ActionMenu';
import type { ReaderMessage } from './readerMessages';

export interface ReaderHeaderProps {
  entry: ConversationEntry;
  messages: readonly ReaderMessage[];
  renaming: boolean;
  onBeginRename: () => void;
  onRename: (title: string | null) => void;
  onClose: () => void;
  onDelete: () => void;
}

export function ReaderHeader({ entry, messages, renaming, onRename, ...actions }: ReaderHeaderProps) {
  const { id, title, isGenerated, phase, stored, live } = entry;
  const commands = useCommands();
  const [interrupt, interrupting] = usePending(() => commands.run('conversations.interrupt', id));
  const hasTexts = messages.length > 0 && (stored?.bytes ?? 0) <= COPY_LIMIT;
  return (
    <header className="reader-head">
      {renaming ? (
        <TitleEditor title={isGenerated ? '' : title} onDone={onRename} />
      ) : (
        <h2 title={title} data-generated={isGenerated}>
          {title}
        </h2>
      )}
      <span className="reader-actions">
        {isRunning(entry) && (
          <button
            type="button"
            className="button"
            disabled={interrupting}
            onClick={(event) => {
              // The button goes with the answer, and the keys of the reader go on.
              event.currentTarget.closest('.reader')?.querySelector<HTMLElement>('.reader-body')?.focus();
              interrupt();
            }}
          >
            <Icon name="stop" />
            Interrupt
          </button>
        )}
        {hasTexts && (
          <CopyButton
            text={() => [`# ${title}\n`, ...messages.map(messageMarkdown)].join('\n')}
            label="Copy the conversation"
          />
        )}
        <ActionMenu label="Actions" actions={useActions(entry, actions, messages.length > 0)} />
        <button type="button" className="icon-button" title="Close (Esc)" aria-label="Close" onClick={actions.onClose}>
          <Icon name="close" />
        </button>
      </span>
      <div className="reader-facts">
        <p>
          {phase !== null && (
            <span className="reader-phase" data-phase={phase}>
              <span className="dot" /> {PHASE_WORDS[phase]}
              {live?.pid ? ` · process ${live.pid}` : ''}
            </span>
          )}
          {facts(entry)}
        </p>
        <p>
          {period(entry)}
          {stored?.name && stored.name !== title && (
            <>
              {' · '}
              <span title="The client’s name for it">{stored.name}</span>
            </>
          )}
        </p>
      </div>
    </header>
  );
}

function useActions(
  { id, live, stored, phase }: ConversationEntry,
  { onBeginRename, onDelete }: Pick<ReaderHeaderProps, 'onBeginRename' | 'onDelete'>,
  hasTexts: boolean,
): MenuAction[] {
  const commands = useCommands();
  const navigation = useNavigation();
  const unstored = stored ? undefined : 'It is stored once its first answer is complete.';
  const untold = hasTexts ? unstored : 'Its texts are not stored.';
  return [
    { label: 'Rename…', key: 'F2', run: onBeginRename, refusal: unstored },
    {
      label: 'Show its requests',
      run: () => navigation.open('requests', `filter:${JSON.stringify({ conversation: id })}`),
    },
    { label: 'Copy its id', run: () => void commands.run('clipboard.copy', id) },
    {
      label: 'Export as Markdown…',
      run: () => void commands.run('conversations.export', id, 'markdown'),
      refusal: untold,
    },
    { label: 'Export as JSON…', run: () => void commands.run('conversations.export', id, 'json'), refusal: untold },
    {
      label: 'End its process',
      run: () => void commands.run('conversations.end', id),
      refusal: live && phase !== 'parked' ? undefined : 'It has no process.',
    },
    { label: 'Delete…', key: 'Del', run: onDelete, danger: true },
  ];
}

function facts({ client, keyName, model, turns, usage, stored }: ConversationEntry): string {
  const cached = formatCachedShare(usage);
  return [
    client,
    keyName && `key ${keyName}`,
    model,
    plural(turns, 'turn'),
    `${formatCompact(allTokens(usage))} tokens`,
    cached,
    `${formatUsd(usage.costUsd)} ${costNote(null)}`,
    stored && stored.bytes > 0 ? formatBytes(stored.bytes) : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

function period({ stored, live, usedAt }: ConversationEntry): string {
  const since = formatMoment(stored?.createdAt ?? live?.startedAt ?? usedAt).slice(0, 16);
  const until = formatMoment(usedAt).slice(0, 16);
  if (since === until) return since;
  return `${since} to ${since.slice(0, 10) === until.slice(0, 10) ? until.slice(11) : until}`;
}
