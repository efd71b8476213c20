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
