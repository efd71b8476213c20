/** The answer as every dialect gives it: one stream of events, in the order in which the CLI reported them. */
import type { Usage } from '../shared/usage';
import type { ChatError } from './errors';

/** Where the time of a request went, in ms, by this computer's clock. */
export interface Timings {
  /** Until a process was ready for the question: waiting for one, preparing it, replaying the history. */
  readonly loadMs: number;
  /** From the question to the first text, thinking or tool call. */
  readonly promptMs: number;
  /** From there to the end. */
  readonly answerMs: number;
  readonly totalMs: number;
}

/** How a request found its process: one started for it or kept ready, with or without a history to replay, or the one that already held the history. */
export type Served = 'new' | 'replay' | 'live';

/** `stop`: the model ended, or met a stop sequence. `length`: the token limit. `refusal`: the model declined. `tool_use`: it waits for the client's tools. */
export type EndReason = 'stop' | 'length' | 'refusal' | 'tool_use';

export type ChatEvent =
  /** Always first, unless an error comes before it; anew where the process died and another was given the request. */
  | {
      readonly type: 'start';
      readonly conversation: string;
      readonly served: Served;
      /** The model's full name. */
      readonly model: string;
      /** What the process can see of this computer, in words for the user. */
      readonly isolation: string;
    }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  /** The model calls a tool of the client's; its arguments follow. Calls come one after the other, in the order of their `index`, from 0. */
  | { readonly type: 'tool_call'; readonly index: number; readonly id: string; readonly name: string }
  /** A piece of the arguments of the call that began last: put together, the pieces are a JSON object. */
  | { readonly type: 'tool_input'; readonly index: number; readonly json: string }
  /** The call is whole. */
  | {
      readonly type: 'tool_end';
      readonly index: number;
      readonly id: string;
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    }
  /** All text so far is void: the model was made to try again. Only where the answer is bound to a schema. */
  | { readonly type: 'retract' }
  /** Counts known so far; the last one before the end is the request's total. */
  | { readonly type: 'usage'; readonly usage: Usage }
  /** Always last, unless an error is. */
  | {
      readonly type: 'end';
      readonly reason: EndReason;
      /** The sequence that ended the answer, where one did. */
      readonly stopSequence?: string | undefined;
      readonly usage: Usage;
      readonly timings: Timings;
    }
  | { readonly type: 'error'; readonly error: ChatError };
