/** Collects from the topics what the tray shows. */
import type { Topics } from '../../core/topics';
import type { RequestRow } from '../../shared/contract';
import type { TrayState } from './trayMenu';

type FollowedState = Omit<TrayState, 'loginItem'>;

export interface TrayFeed {
  readonly state: FollowedState;
}

/** Requests that the menu lists. */
const RECENT = 5;
/** With many requests a second, the numbers of the menu must not cost more than those of the window. */
const INTERVAL_MS = 1_000;

/**
 * Follows the topics until they are closed.
 * @param onChange called after a change: at once where the app's state is another, else at most once a second.
 */
export function followTrayState(topics: Topics, onChange: () => void): TrayFeed {
  const { requests, conversations, ...rest } = topics.read([
    'server',
    'cli',
    'storage',
    'planWindows',
    'usage',
    'update',
    'conversations',
    'requests',
  ]);
  let state: FollowedState = {
    ...rest,
    answering: countAnswering(conversations),
    requests: newest(requests),
  };
  let timer: NodeJS.Timeout | undefined;
  const notify = () => {
    clearTimeout(timer);
    timer = undefined;
    onChange();
  };

  topics.subscribe(
    ['server', 'cli', 'storage', 'planWindows', 'usage', 'update', 'conversations', 'requests'],
    ({ snapshot, values }) => {
      if (snapshot) return;
      const { requests: changed, conversations: live, ...others } = values;
      state = {
        ...state,
        ...others,
        ...(live && { answering: countAnswering(live) }),
        ...(changed && { requests: newest([...changed, ...state.requests]) }),
      };
      if (values.server || values.cli || values.storage || values.update?.phase !== undefined) notify();
      else timer ??= setTimeout(notify, INTERVAL_MS).unref();
    },
  );
  return {
    get state() {
      return state;
    },
  };
}

function countAnswering(conversations: readonly { phase: string }[]): number {
  return conversations.filter(({ phase }) => phase === 'preparing' || phase === 'answering').length;
}

/** The newest requests that ask a model. @param rows may hold several states of a request, the latest first. */
function newest(rows: readonly RequestRow[]): RequestRow[] {
  const byId = new Map<string, RequestRow>();
  for (const row of rows) if (row.model !== '' && !byId.has(row.id)) byId.set(row.id, row);
  return [...byId.values()].sort((one, other) => other.at - one.at).slice(0, RECENT);
}
