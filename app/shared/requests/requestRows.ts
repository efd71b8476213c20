/** What the journal records about requests, as the window shows it. Units as in contract.ts. */
import type { Billing } from '../cli/payer';
import type { RequestUsage } from '../usage';
import type { RequestOutcome } from './outcomes';

/** The name of a dialect as the journal stores it: `ollama`, or `app` for the app's own paths. */
export type DialectName = string;

/** What the window shows in place of a dialect's name. */
export interface DialectTitle {
  name: DialectName;
  title: string;
}

/** `waiting`: nothing has been sent to the client yet. `failed` carries an error. `cancelled`: the client hung up. `stopped`: the user ended it in this app. */
export type RequestPhase = 'waiting' | 'streaming' | 'done' | 'failed' | 'cancelled' | 'stopped';

/** One row of the request log. */
export interface RequestRow {
  id: string;
  at: number;
  /** The client's name, derived from its headers: `ollama-js`, `Open WebUI`, `curl`. */
  client: string;
  /** The peer's address. */
  address: string;
  dialect: DialectName;
  method: string;
  path: string;
  /** The model in the client's words; empty where the request names none. */
  model: string;
  stream: boolean;
  /** The API key that was sent; '' for requests without one. */
  keyId: string;
  /** Its name at the time. */
  keyName: string;
  phase: RequestPhase;
  /** How the request ended, or what it is doing. */
  outcome: RequestOutcome;
  /** The first characters of what was asked, in one line; '' where texts are kept out or no model was asked. */
  asked: string;
  /** The conversation's id. */
  conversation: string | null;
  /** The model that answered, in full: `claude-sonnet-5-5`. */
  resolvedModel: string | null;
  /** By a new process, by a process that the history was replayed into, or by the live process of its conversation. */
  served: 'new' | 'replay' | 'rewind' | 'live' | null;
  /** HTTP status; 499 where the client hung up; null until it is known. */
  status: number | null;
  /** null until the API has begun to answer. */
  usage: RequestUsage | null;
  /** From the request's arrival until its prompt was sent to a process that was ready for it; null until then. */
  loadMs: number | null;
  /** From the request's arrival to the first text, thinking or tool call sent. */
  firstTokenMs: number | null;
  durationMs: number | null;
}

/** Everything that the journal records about a request, but for its texts (requestTexts.ts). */
export interface RequestDetails extends RequestRow {
  /** The part of `loadMs` for which all processes were busy; null until a process was free. */
  queueMs: number | null;
  /** The rest of `loadMs`: starting or preparing the process, and replaying the history. */
  processMs: number | null;
  /** From sending the prompt to the first text, thinking or tool call; null until then. */
  promptMs: number | null;
  /** From the first text, thinking or tool call to the end; null until then. */
  answerMs: number | null;
  /** How long the client's tools took: from the end of the answer that called them to this request, which brings their results; null for others. */
  toolWaitMs: number | null;
  /** The Express path that matched (`/v1/models/*id`); null where none did. The database does not store it. */
  route: string | null;
  userAgent: string;
  messages: number | null;
  error: string | null;
  /** Request parameters that could not be honoured. */
  ignored: string[];
  /** The folder of the CLI's process, and what was withheld from it. */
  isolation: string | null;
  /** Who paid, in words; null where no model was asked. */
  payer: string | null;
  billing: Billing | null;
  /** The id of the added account that answered; '' for the CLI's own sign-in, and where no account has answered. */
  accountId: string;
}
