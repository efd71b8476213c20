/** The conversations that have a live process now, and the processes that wait for the next one. */
import type { ConversationPhase, ConversationRow } from '../../app/shared/contract';
import { useSeconds } from '../state/now';
import { useApp, useCommands } from '../state/page';
import { allTokens, formatAge, formatCompact, formatCount, formatUsd, plural } from '../ui/format';
import { Icon } from '../ui/Icon';
import { usePending } from '../ui/usePending';

export function Conversations() {
  const conversations = useApp((app) => app.conversations);
  const spares = useApp((app) => app.spares);
  const byUse = [...conversations].sort((a, b) => b.lastUsedAt - a.lastUsedAt);
  return (
    <section className="conversations" aria-labelledby="conversations">
      <header className="section-head">
        <h2 id="conversations">
          Conversations {conversations.length > 0 && <span className="badge">{conversations.length}</span>}
        </h2>
        <span title="Processes that are started and wait for the next conversation">{spares} ready</span>
      </header>
      {byUse.length === 0 ? (
        <p className="quiet">None at work. Each one keeps its own claude process for a while after the last answer.</p>
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

const PHASE_NAMES: Record<ConversationPhase, string> = {
  preparing: 'preparing',
  answering: 'answering',
  waiting_for_tool: 'waits for a tool',
  idle: 'idle',
};

function Conversation({ conversation }: { conversation: ConversationRow }) {
  const { id, client, model, phase, turns, usage, costUsd, lastUsedAt, pid } = conversation;
  const now = useSeconds();
  const commands = useCommands();
  const [end, ending] = usePending(() => commands.endConversation(id));
  const facts = [
    `${formatCount(allTokens(usage))} tokens`,
    formatUsd(costUsd),
    pid === null ? '' : `process ${pid}`,
    id,
  ];
  return (
    <li className="conversation" data-phase={phase} title={facts.filter(Boolean).join('\n')}>
      <span className="dot" />
      <span className="conversation-client">{client}</span>
      <span className="conversation-phase">{phase === 'idle' ? formatAge(now - lastUsedAt) : PHASE_NAMES[phase]}</span>
      <span className="conversation-facts">
        {model} · {plural(turns, 'turn')} · {formatCompact(allTokens(usage))} tokens
      </span>
      <button
        type="button"
        className="icon-button"
        title="End this conversation"
        aria-label={`End the conversation of ${client} with ${model}`}
        disabled={ending}
        onClick={end}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}
