/** Counts the polls of each client: requests for models, versions and the like, which the log folds into one line. */
import type { RequestRow } from '../../../app/shared/contract';

export interface PollGroup {
  client: string;
  count: number;
  /** When the last one arrived; ms since the epoch. */
  lastAt: number;
  /** The ids of the newest ones, newest first. */
  newest: readonly string[];
}

export interface PollGroups {
  /** In the order in which the clients began to poll; another array whenever one has changed. */
  all(): readonly PollGroup[];
  /** A row that is new, or that is a poll only now. */
  add(row: RequestRow): void;
  /** A row that is no poll any more. */
  remove(row: RequestRow): void;
  clear(): void;
}

/** How many polls of a client can be looked at. */
const NEWEST = 50;

export function createPollGroups(): PollGroups {
  const groups = new Map<string, PollGroup>();
  let all: readonly PollGroup[] | null = null;
  return {
    all() {
      all ??= [...groups.values()];
      return all;
    },
    add({ id, client, at }) {
      const { count = 0, lastAt = 0, newest = [] } = groups.get(client) ?? {};
      const ids = at >= lastAt ? [id, ...newest] : [...newest, id];
      groups.set(client, { client, count: count + 1, lastAt: Math.max(lastAt, at), newest: ids.slice(0, NEWEST) });
      all = null;
    },
    remove({ id, client }) {
      const group = groups.get(client);
      if (!group) return;
      if (group.count === 1) groups.delete(client);
      else groups.set(client, { ...group, count: group.count - 1, newest: group.newest.filter((one) => one !== id) });
      all = null;
    },
    clear() {
      groups.clear();
      all = null;
    },
  };
}
