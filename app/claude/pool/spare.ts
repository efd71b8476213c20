/** Processes that are not leased, and which requests they can serve. */
import type { ClaudeProcess } from '../process/claudeProcess';
import { type ProcessRequirements, setupKey } from './processRequirements';

/** A process that is not leased, or not yet. */
export interface Spare {
  readonly process: ClaudeProcess;
  /** The `setupKey` that it was initialized with; null where it was not initialized. */
  readonly key: string | null;
  readonly model: string | undefined;
  /** Resolves when the process has been initialized, at once where it is blank. */
  readonly prepared: Promise<void>;
}

/** Requirements with their `setupKey`, which is as long as the system prompt and the tools together. */
export interface KeyedRequirements {
  readonly requirements: ProcessRequirements;
  readonly key: string;
}

export function keyed(requirements: ProcessRequirements): KeyedRequirements {
  return { requirements, key: setupKey(requirements) };
}

/**
 * Whether a prepared process can serve the request. One whose model was set cannot serve a request for the CLI's default: there is no
 * control request that goes back to the default.
 */
export function suits(spare: Spare, { key, requirements: { model } }: KeyedRequirements): boolean {
  return spare.key === key && (model !== undefined || spare.model === undefined);
}
