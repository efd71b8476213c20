/** Processes that are not leased, and which requests they can serve. */
import type { ClaudeProcess } from '../process/claudeProcess';
import { accountOf, kindKey, type ProcessRequirements, setupKey } from './processRequirements';

/** A process that is not leased, or not yet. */
export interface Spare {
  readonly process: ClaudeProcess;
  /** The id of the account with which it was started. */
  readonly account: string;
  /** What it was prepared for last; null where it was not initialized. */
  readonly preparedFor: KeyedRequirements | null;
  /** The number of conversations that it has served. */
  readonly conversations: number;
  /** Resolves when the process has been prepared, at once where it is blank. */
  readonly prepared: Promise<unknown>;
  /** When it became a spare one, in ms since the epoch. */
  readonly since: number;
}

/** Requirements with their keys, of which the first is as long as the system prompt and the tools together. */
export interface KeyedRequirements {
  readonly requirements: ProcessRequirements;
  /** The `setupKey`. */
  readonly key: string;
  /** The `kindKey`. */
  readonly kind: string;
}

export function keyed(requirements: ProcessRequirements): KeyedRequirements {
  return { requirements, key: setupKey(requirements), kind: kindKey(requirements) };
}

/** The spare process that has to be changed the least. @param most the most that it may have to be changed. */
export function bestSpare(
  spares: readonly Spare[],
  wanted: KeyedRequirements,
  most = Number.POSITIVE_INFINITY,
): Spare | undefined {
  let best: Spare | undefined;
  let least = most;
  for (const spare of spares) {
    const needed = effort(spare, wanted);
    if (needed === undefined || needed > least || (best && needed === least)) continue;
    best = spare;
    least = needed;
  }
  return best;
}

/**
 * How little a process has to be changed for the request, 0 for the least; undefined where it cannot serve it. The first turn of a
 * process takes it 25 ms more than the others, another system prompt 2 ms.
 */
export function effort(spare: Spare, wanted: KeyedRequirements): number | undefined {
  const { preparedFor, process } = spare;
  if (spare.account !== accountOf(wanted.requirements)) return undefined;
  if (preparedFor === null) return 6;
  const isWarm = spare.conversations > 0;
  if (isPreparedFor(spare, wanted)) return isWarm ? 0 : 2;
  if (!process.reusable || preparedFor.requirements.owner !== wanted.requirements.owner) return undefined;
  if (preparedFor.kind === wanted.kind) return isWarm ? 1 : 4;
  // One that never had a system prompt is the only one that can serve a request without one.
  return preparedFor.kind === kindKey({ ...wanted.requirements, system: '' }) ? (isWarm ? 3 : 5) : undefined;
}

/**
 * Whether the process has exactly what the request needs, but perhaps another model. One that cannot be emptied and whose model was
 * set cannot serve a request for the CLI's default.
 */
function isPreparedFor(spare: Spare, { key, requirements: { owner, model } }: KeyedRequirements): boolean {
  const { preparedFor, process, conversations } = spare;
  if (preparedFor?.key !== key) return false;
  if (process.reusable) {
    return conversations === 0 ? preparedFor.requirements.model === model : preparedFor.requirements.owner === owner;
  }
  return model !== undefined || preparedFor.requirements.model === undefined;
}
