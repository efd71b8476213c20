/** The answer to a request as a stream of events, in the order in which the CLI reported them. Every dialect is written from these. */
import type { Payer } from '../shared/cli/payer';
import type { Usage } from '../shared/usage';
import type { ChatError } from './errors';

/** Where the time of a request went, in ms, by this computer's clock. */
export interface Timings {
  /** From the request's arrival until its process was ready: waiting for a process, preparing it, replaying the history. */
  readonly loadMs: number;
  /** From sending the question to the first text, thinking or tool call. */
  readonly promptMs: number;
  /** From there to the end. */
  readonly answerMs: number;
  readonly totalMs: number;
}

/**
 * How a request got its process. `live`: the process that already held its history. `rewind`: a process that held the beginning of
 * its history, and from which the rest was removed. `replay`: a new or spare process, into which its history was replayed. `new`: a
 * new or spare process, the request having no history.
 */
export type Served = 'new' | 'replay' | 'rewind' | 'live';

/** `stop`: the model ended, or met a stop sequence. `length`: the token limit is reached. `refusal`: the model declined. `tool_use`: the model waits for the client's tools. */
export type EndReason = 'stop' | 'length' | 'refusal' | 'tool_use';

export type ChatEvent =
  /** Always first, unless an error comes before it. Repeated where the process died before it answered and another took its place. */
  | {
      readonly type: 'start';
      /** The conversation's id. */
      readonly conversation: string;
      readonly served: Served;
      /** The model's full name. */
      readonly model: string;
      /** What the process can see of this computer, in words for the user. */
      readonly isolation: string;
      /** Who pays for the request. */
      readonly payer?: Payer | undefined;
      /** The id of the account that answers. */
      readonly account?: string | undefined;
      /** `memory`: the history was not sent, and comes from this app's memory because the store could not be used. */
      readonly historySource?: 'store' | 'memory' | undefined;
    }
  /** A process is ready for the question, which is sent to it next. Repeated where another process takes its place. */
  | {
      readonly type: 'question_sent';
      /** For how long all processes were busy, in ms. */
      readonly queuedMs: number;
    }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  /** The model calls a tool of the client's; the arguments follow. Calls do not overlap and come in the order of `index`, from 0. */
  | { readonly type: 'tool_call'; readonly index: number; readonly id: string; readonly name: string }
  /** A piece of the arguments of the latest call. All pieces joined are a JSON object. */
  | { readonly type: 'tool_input'; readonly index: number; readonly json: string }
  /** The call is complete. */
  | {
      readonly type: 'tool_end';
      readonly index: number;
      readonly id: string;
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    }
  /** All text so far is invalid: the CLI has the model answer again. Only where the answer is bound to a schema. */
  | { readonly type: 'retract' }
  /** The usage so far. Its output is not known before the `end`: the API's first count is a placeholder. */
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
