/** What requests to the API have consumed: the one type of it from the CLI's messages to the window. */

/** Tokens and cost of one request or of many together. Counts are tokens, as the API reported them. */
export interface Usage {
  /** Prompt tokens that were neither read from nor written to the prompt cache. */
  readonly input: number;
  /** Prompt tokens that were read from the prompt cache. */
  readonly cacheRead: number;
  /** Prompt tokens that were written to the prompt cache. */
  readonly cacheWrite: number;
  /** All tokens of the answer, thinking included. */
  readonly output: number;
  /** The part of `output` that was thinking; 0 where that is unknown: the API does not always report it, and the database does not store it. */
  readonly thinking: number;
  /** US dollars, as the CLI computes them from list prices; 0 until the turn has ended. */
  readonly costUsd: number;
}

/**
 * The usage of one request, as far as it is known. The API reports the prompt's tokens when it begins to answer, and the answer's when that
 * has ended; the CLI reports the cost with the end of the turn. An answer that was cut off has neither.
 */
export interface RequestUsage extends Omit<Usage, 'output' | 'costUsd'> {
  readonly output: number | null;
  readonly costUsd: number | null;
}

/** The usage as one of an answer that has not ended: the API's first count of the output is a placeholder, usually 1. */
export function unfinishedUsage({ input, cacheRead, cacheWrite }: Usage): RequestUsage {
  return { input, cacheRead, cacheWrite, output: null, thinking: 0, costUsd: null };
}

/** What is known of a request's usage, with 0 for the rest: for sums over requests. */
export function knownUsage(usage: RequestUsage | null): Usage {
  return usage === null ? NO_USAGE : { ...usage, output: usage.output ?? 0, costUsd: usage.costUsd ?? 0 };
}

/** The usage of a request that has consumed nothing. */
export const NO_USAGE: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, thinking: 0, costUsd: 0 };

/** The sum of two usages, kind by kind. The only function that adds usage: reduce with it to sum many. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    output: a.output + b.output,
    thinking: a.thinking + b.thinking,
    costUsd: a.costUsd + b.costUsd,
  };
}

/** All prompt tokens: read from the cache, written to it, or neither. */
export function inputTokens(usage: Usage | RequestUsage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite;
}

/** As far as they are known. */
export function allTokens(usage: Usage | RequestUsage): number {
  return inputTokens(usage) + (usage.output ?? 0);
}
