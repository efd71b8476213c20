/** What was requested last, for which spare processes are prepared. */
import { accountOf, type ProcessRequirements } from './processRequirements';
import { type KeyedRequirements, keyed } from './spare';

export interface RecentUse {
  record(requirements: ProcessRequirements): KeyedRequirements;
  /** The latest requirements without duplicates, the most recent first; none after a while without a request. */
  readonly expected: readonly KeyedRequirements[];
  readonly isIdle: boolean;
  /** Expects no further request to the account. */
  forget(account: string): void;
}

export interface RecentUseOptions {
  /** Whether the processes that are started now can serve one conversation after another. */
  reuses(): boolean;
  /** Time without a request after which none is expected, in ms. */
  readonly idleMs: number;
}

const MAX_EXPECTED = 2;

export function createRecentUse({ reuses, idleMs }: RecentUseOptions): RecentUse {
  let recent: readonly KeyedRequirements[] = [];
  let lastUsedAt = 0;
  const isIdle = () => Date.now() - lastUsedAt > idleMs;
  return {
    get expected() {
      return isIdle() ? [] : recent;
    },
    get isIdle() {
      return isIdle();
    },
    record: (requirements) => {
      const used = keyed({ ...requirements, sessionFile: undefined });
      const others = recent.filter(({ key, kind }) => (reuses() ? kind !== used.kind : key !== used.key));
      recent = [used, ...others].slice(0, MAX_EXPECTED);
      lastUsedAt = Date.now();
      return used;
    },
    forget: (account) => {
      recent = recent.filter(({ requirements }) => accountOf(requirements) !== account);
    },
  };
}
