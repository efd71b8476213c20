/** Every request that is being answered, and every conversation that waits for a tool: who asks, what, how long already, and a button that stops it. */
import { memo } from 'react';
import type { ConversationRow, RequestRow } from '../../app/shared/contract';
import { PHASE_WORDS } from '../state/conversationPhases';
import { useNow } from '../state/now';
import { useApp, useAppStore, useAppStoreState, useCommands, useNavigation } from '../state/services';
import { formatCompact, formatElapsed, inputTokens } from '../ui/format';
import { usePending } from '../ui/usePending';

interface Running {
  id: string;
  title: string;
  client: string;
  /** What it is doing, in a few words. */
  state: string;
  tokens: number;
  startedAt: number;
  /** The request to open; null where there is none. */
  request: string | null;
  conversation: string | null;
}

export function RunningNow() {
  const store = useAppStore();
  // The log is changed in place; its version tells of a change.
  useAppStoreState(({ logVersion }) => logVersion);
  const conversations = useApp((app) => app.conversations);
  const running = runningNow(store.log.unfinished(), conversations);
  return (
    <section className="running" aria-labelledby="running-title">
      <header className="home-head">
        <h3 id="running-title">Running now</h3>
        {running.length > 0 && <span className="quiet">{running.length}</span>}
      </header>
      {running.length === 0 ? (
        <p className="quiet">Nothing is being answered.</p>
      ) : (
        <ul>
          {running.slice(0, MOST).map((one) => (
            <RunningRow key={one.id} {...one} />
          ))}
        </ul>
      )}
      {running.length > MOST && <p className="quiet">and {running.length - MOST} more</p>}
    </section>
  );
}

const MOST = 8;

/** The longest running first. */
export function runningNow(rows: readonly RequestRow[], conversations: readonly ConversationRow[]): Running[] {
  const requests = rows.map((row): Running => {
    const { id, client, keyName, asked, model, resolvedModel, outcome, usage, at, conversation } = row;
    return {
      ...{ id, conversation, request: id, startedAt: at },
      title: asked || resolvedModel || model || row.path,
      client: clientText(client, keyName),
      state: outcome === 'answering' ? 'answering' : 'waiting',
      tokens: usage === null ? 0 : inputTokens(usage) + (usage.output ?? 0),
    };
  });
  const busy = new Set(requests.map(({ conversation }) => conversation));
  const waiting = conversations
    .filter(({ id, phase }) => phase !== 'idle' && phase !== 'parked' && !busy.has(id))
    .map(
      (one): Running => ({
        ...{ id: one.id, conversation: one.id, request: null, startedAt: one.lastUsedAt },
        title: one.title || one.model,
        client: clientText(one.client, one.keyName),
        state: PHASE_WORDS[one.phase],
        tokens: inputTokens(one.usage) + one.usage.output,
      }),
    );
  return [...requests, ...waiting].sort((a, b) => a.startedAt - b.startedAt);
}

function clientText(client: string, keyName: string): string {
  return keyName === '' ? client : `${client} (${keyName})`;
}

const RunningRow = memo(function RunningRow(one: Running) {
  const { title, client, state, tokens, startedAt, request, conversation } = one;
  const commands = useCommands();
  const navigation = useNavigation();
  const asks = useApp((app) => app.asks);
  const isOwn = asks.turns.some(({ id, phase }) => id === request && phase === 'answering');
  const [stop, stopping] = usePending(() => {
    if (isOwn) return commands.run('ask.stop');
    return request === null
      ? commands.run('conversations.end', conversation ?? '')
      : commands.run('requests.stop', request);
  });
  return (
    <li className="running-row" data-phase={state === 'answering' ? 'streaming' : 'waiting'}>
      <span className="dot" />
      <button
        type="button"
        className="running-title"
        title={request === null ? 'Open the conversation' : 'Open the request'}
        onClick={() => (request === null ? navigation.open('history', one.id) : navigation.open('requests', request))}
      >
        {title}
      </button>
      <span className="running-facts">
        {client} · {state}
        {tokens > 0 && ` · ${formatCompact(tokens)} tokens`} · <Elapsed since={startedAt} />
      </span>
      <button type="button" className="button" aria-label={`Stop: ${title}`} disabled={stopping} onClick={stop}>
        Stop
      </button>
    </li>
  );
});

function Elapsed({ since }: { since: number }) {
  return formatElapsed(useNow() - since);
}
