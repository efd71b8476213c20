/**
 * The limits of the keys. Requests are counted within any 60 seconds, in memory. Tokens and USD count from local midnight, from the stored
 * usage, and so survive a restart.
 *
 * What a request uses is known when it has ended. Until then it reserves as much as the largest request that the key has made since the
 * app's start, so that many requests at a time do not pass a daily limit together: a request is admitted while what is used and
 * reserved is below the limit. A limit is passed by what one request, the last one admitted, uses, plus what each of the others that run at
 * that time uses more than its reservation. Before the first request has ended, the reservation is `FIRST_RESERVATION`.
 *
 * What stays unknown counts all the same, until midnight or the app's end; otherwise a client could hang up before the end of each answer, or
 * never send the result of a tool call, and would pass no limit. Of an answer that was cut off, the API reports neither output nor cost: it
 * counts with its reservation. Of an answer that ends with a tool call, the cost comes with the end of the turn: until then its tokens count at
 * the key's average price of the day, or at that of `FIRST_RESERVATION`.
 */
import type { ApiKey } from '../shared/access/keys';
import { nextMidnight } from '../shared/localDay';
import { knownUsage, type RequestUsage, type Usage } from '../shared/usage';

/** What is known of a request that has ended. `served`: null where it was not sent to the model. */
export interface EndedRequest {
  readonly conversation: string | null;
  readonly served: string | null;
  readonly usage: RequestUsage | null;
}

export type Admission =
  | {
      readonly kind: 'admitted';
      /** To be called once, when the request has ended and its usage is counted. */
      release(request: EndedRequest | null): void;
    }
  | {
      readonly kind: 'limited';
      /** Says which limit it is and when it ends. */
      readonly message: string;
      readonly retryAfterMs: number;
    };

export interface KeyLimits {
  /** Counts a request with the key, or says which limit it would pass. @param asksModel whether the daily limits concern it. */
  admit(key: ApiKey, asksModel: boolean): Admission;
}

export interface KeyLimitsOptions {
  /** What the key's ended requests have used on the local day of `now`. */
  usedToday(keyId: string, now: number): Usage;
  /** Ms since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

interface Amount {
  readonly tokens: number;
  readonly usd: number;
}

interface KeyState {
  /** When the requests of the last minute arrived, the oldest first. */
  arrivals: number[];
  running: number;
  largest: Amount;
  /**
   * What counts for today's requests whose usage is not known, by the conversation whose turn will tell the cost if it ends; '' where nothing
   * will.
   */
  unknown: Map<string, Amount>;
  /** When today ends, in ms since the epoch. */
  dayEnds: number;
}

const NOTHING: Amount = { tokens: 0, usd: 0 };
const MINUTE_MS = 60_000;
/** Conversations whose unknown usage is counted apart. */
const MAX_UNKNOWN = 1_000;
/** About a short chat with a long system prompt; at the price of a middle model. */
const FIRST_RESERVATION: Amount = { tokens: 5_000, usd: 0.02 };
/** When a client is to try again that waits for the end of other requests. */
const RUNNING_RETRY_MS = 5_000;

export function createKeyLimits({ usedToday, now = Date.now }: KeyLimitsOptions): KeyLimits {
  const states = new Map<string, KeyState>();

  const stateOf = (id: string): KeyState => {
    const state = states.get(id) ?? { arrivals: [], running: 0, largest: NOTHING, unknown: new Map(), dayEnds: 0 };
    states.set(id, state);
    return state;
  };

  return {
    admit: (key, asksModel) => {
      const at = now();
      const state = stateOf(key.id);
      state.arrivals = state.arrivals.filter((arrival) => arrival > at - MINUTE_MS);
      const limited =
        minuteLimit(key, state, at) ?? (asksModel ? dailyLimit(key, state, usedToday(key.id, at), at) : undefined);
      if (limited) return limited;
      if (key.requestsPerMinute !== null) state.arrivals.push(at);
      if (!asksModel) return { kind: 'admitted', release: () => {} };
      state.running += 1;
      return {
        kind: 'admitted',
        release: (request) => {
          state.running -= 1;
          if (request === null || request.served === null) return;
          settle(state, request, amountOf(usedToday(key.id, now())));
        },
      };
    },
  };
}

/** Counts the usage of an ended request as far as the journal does not. @param used the key's usage of today. */
function settle(state: KeyState, { conversation, usage }: EndedRequest, used: Amount): void {
  const known = amountOf(knownUsage(usage));
  if (usage === null || usage.output === null || usage.costUsd === null) {
    addUnknown(state, '', { tokens: reservation(state, 'tokens'), usd: reservation(state, 'usd') });
    return;
  }
  const { largest } = state;
  state.largest = { tokens: Math.max(largest.tokens, known.tokens), usd: Math.max(largest.usd, known.usd) };
  if (known.usd > 0) {
    if (conversation !== null) state.unknown.delete(conversation);
    return;
  }
  const { tokens, usd } = used.usd > 0 ? used : FIRST_RESERVATION;
  addUnknown(state, conversation ?? '', { tokens: 0, usd: (known.tokens * usd) / tokens });
}

function addUnknown({ unknown }: KeyState, conversation: string, amount: Amount): void {
  const key = unknown.has(conversation) || unknown.size < MAX_UNKNOWN ? conversation : '';
  unknown.set(key, sum(unknown.get(key) ?? NOTHING, amount));
}

function unknownToday(state: KeyState, at: number): Amount {
  if (at >= state.dayEnds) {
    state.unknown.clear();
    state.dayEnds = nextMidnight(at);
  }
  return [...state.unknown.values()].reduce(sum, NOTHING);
}

function sum(a: Amount, b: Amount): Amount {
  return { tokens: a.tokens + b.tokens, usd: a.usd + b.usd };
}

function reservation({ largest }: KeyState, unit: keyof Amount): number {
  return largest[unit] || FIRST_RESERVATION[unit];
}

function minuteLimit({ name, requestsPerMinute }: ApiKey, { arrivals }: KeyState, at: number): Admission | undefined {
  if (requestsPerMinute === null || arrivals.length < requestsPerMinute) return undefined;
  const freesSlot = arrivals[arrivals.length - requestsPerMinute] ?? at;
  const retryAfterMs = Math.max(1, freesSlot + MINUTE_MS - at);
  const count = requestsPerMinute === 1 ? '1 request' : `${requestsPerMinute} requests`;
  const message = `the API key “${name}” may make ${count} a minute: try again in ${Math.ceil(retryAfterMs / 1000)} s`;
  return { kind: 'limited', message, retryAfterMs };
}

function dailyLimit(key: ApiKey, state: KeyState, usage: Usage, at: number): Admission | undefined {
  const known = amountOf(usage);
  const unknown = unknownToday(state, at);
  const limits = [
    { unit: 'tokens', limit: key.tokensPerDay, text: `${key.tokensPerDay?.toLocaleString('en-US')} tokens` },
    { unit: 'usd', limit: key.usdPerDay, text: `${key.usdPerDay} USD` },
  ] as const;
  for (const { unit, limit, text } of limits) {
    if (limit === null) continue;
    const used = known[unit] + unknown[unit];
    if (used >= limit) {
      const message = `the API key “${key.name}” has used its ${text} for today: the limit ends at midnight`;
      return { kind: 'limited', message, retryAfterMs: nextMidnight(at) - at };
    }
    if (state.running > 0 && used + state.running * reservation(state, unit) >= limit) {
      const message = `what is left today of the ${text} of the API key “${key.name}” may be used up by its requests that are being answered: try again when they have ended`;
      return { kind: 'limited', message, retryAfterMs: RUNNING_RETRY_MS };
    }
  }
  return undefined;
}

/** Tokens of all kinds, as the window counts them, and the cost at list prices. */
function amountOf({ input, cacheRead, cacheWrite, output, costUsd }: Usage): Amount {
  return { tokens: input + cacheRead + cacheWrite + output, usd: costUsd };
}
