/** The conversations that have a process now, and how many processes are ready for new ones. */

import { costNote } from '../../../app/shared/cli/payer';
import type { ConversationRow } from '../../../app/shared/contract';
import { PHASE_WORDS } from '../../state/conversationPhases';
import { useSeconds } from '../../state/now';
import { useApp, useCommands, useNavigation, useStoredConversations } from '../../state/services';
import {
  allTokens,
  formatAge,
  formatCachedShare,
  formatCompact,
  formatCount,
  formatRemaining,
  formatUsd,
  plural,
} from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { usePending } from '../../ui/usePending';

export function ActiveConversations() {
  const conversations = useApp((app) => app.conversations);
  const spares = useApp((app) => app.spares);
  const byUse = [...conversations].sort((a, b) => b.lastUsedAt - a.lastUsedAt);
  return (
    <section className="conversations" aria-labelledby="conversations">
      <header className="section-head">
        <h2 id="conversations">
          Active conversations {conversations.length > 0 && <span className="badge">{conversations.length}</span>}
        </h2>
        <span title="Processes that are started and ready for the next conversation">{spares} ready</span>
      </header>
      {byUse.length === 0 ? (
        <p className="quiet">None now. A conversation keeps its claude process for a while after its last answer.</p>
      ) : (
        <ul>
          {byUse.map((conversation) => (
            <Conversation key={conversation.id} conversation={conversation} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Conversation({ conversation }: { conversation: ConversationRow }) {
  const { id, title, client, keyName, model, phase, turns, usage, startedAt, pid } = conversation;
  const commands = useCommands();
  const navigation = useNavigation();
  const storedConversations = useStoredConversations();
  const [end, ending] = usePending(() => commands.run('conversations.end', id));
  const showInHistory = () => {
    void storedConversations.find(id, startedAt);
    navigation.open('history', id);
  };
  const shownTitle = title || client;
  const cached = formatCachedShare(usage);
  const facts = [
    `${plural(turns, 'turn')}, ${formatCount(allTokens(usage))} tokens`,
    cached && `${formatCount(usage.cacheRead)} tokens of the prompts came from the prompt cache (${cached})`,
    `${formatUsd(usage.costUsd)} ${costNote(null)}`,
    pid === null ? '' : `process ${pid}`,
    phase === 'parked' ? 'Another conversation has its process. It goes on from its history.' : '',
    id,
  ];
  return (
    <li className="conversation" data-phase={phase} title={facts.filter(Boolean).join('\n')}>
      <span className="dot" />
      <button
        type="button"
        className="link conversation-title"
        title={`${shownTitle}\nShow in Conversations`}
        onClick={showInHistory}
      >
        {shownTitle}
      </button>
      <span className="conversation-phase">
        {phase === 'idle' ? <Idle conversation={conversation} /> : PHASE_WORDS[phase]}
      </span>
      <span className="conversation-facts">
        {[title && client, keyName, model, plural(turns, 'turn')].filter(Boolean).join(' · ')}
      </span>
      <span className="conversation-facts conversation-tokens">
        {[`${formatCompact(allTokens(usage))} tokens`, cached].filter(Boolean).join(' · ')}
      </span>
      <button
        type="button"
        className="icon-button"
        title="End its process. The conversation itself stays stored."
        aria-label={`End the process of “${shownTitle}”`}
        disabled={ending}
        onClick={end}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

/** When the idle process ends, where it ends by itself. */
function Idle({ conversation: { lastUsedAt, expiresAt } }: { conversation: ConversationRow }) {
  const now = useSeconds();
  const idle = `Idle: last used ${formatAge(now - lastUsedAt)}.`;
  if (expiresAt === null) return <span title={idle}>idle</span>;
  // The window's clock is up to a second late, and five minutes would be shown as six at first.
  const remaining = expiresAt - Math.max(now, lastUsedAt);
  return <span title={`${idle} Its process ends unless it is used again.`}>ends in {formatRemaining(remaining)}</span>;
}
