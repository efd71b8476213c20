/**
 * What a dialect consists of: its paths, how a body becomes a `ChatRequest`, how an answer and an error are written, and its
 * documentation. Everything else (access, reading bodies, journal, streaming) is shared and does not depend on the dialect.
 * A new dialect is a folder and a line in `dialects.ts`.
 */
import type { z } from 'zod';
import type { ChatEvent, EndReason, Timings } from '../chat/events';
import type { ChatRequest } from '../chat/request';
import type { Chat } from '../chat/service';
import type { CliState, DialectName, ServerState } from '../shared/contract';
import type { Usage } from '../shared/usage';
import type { Journal } from '../store/journal';
import type { Fault } from './fault';

export interface Dialect {
  /** The journal and the metrics record it, so it must not change. Folders that serve variants of one API share a name. */
  readonly name: DialectName;
  /** The name that the documentation and the window show. Dialects of the same name have the same title. */
  readonly title: string;
  /**
   * Paths such as `/api`. The dialect with the longest root that equals or contains a request's path words its errors, also
   * where no route exists; `/` stands for itself only.
   */
  readonly roots: readonly string[];
  fault(fault: Fault): FaultReply;
  routes(services: DialectServices): readonly Route[];
}

export interface DialectServices {
  readonly chat: Chat;
  readonly journal: Pick<Journal, 'onChange' | 'details'>;
  /** This app's version. */
  readonly version: string;
  /** How the app is, for its own routes. */
  status(): { readonly server: ServerState; readonly cli: CliState };
  /** Whether the user wants sampling parameters to be sent; where not, they are among the ignored. */
  sendsSampling(): boolean;
  /** Whether the user allows images to be fetched from addresses that a client names. */
  fetchesImages(): boolean;
}

export interface Route {
  /** `get` answers HEAD too. */
  readonly method: 'get' | 'head' | 'post' | 'delete';
  /** An Express path. */
  readonly path: string;
  /** What `/docs` and `/openapi.json` say of the route; null leaves it out, as for an alias of another route. */
  readonly docs: RouteDocs | null;
  /** What an absent `stream` in the body means; absent for routes that never stream. */
  readonly streamDefault?: boolean;
  /** Whether a `post` or `delete` has a JSON body that must be there. Default: true; otherwise what is sent is not read. */
  readonly hasBody?: boolean;
  /** @throws ChatError and Refusal; anything else is a defect and is answered as one. */
  handle(call: ApiRequest): RouteReply | Promise<RouteReply>;
}

export interface RouteDocs {
  readonly summary: string;
  readonly description?: string;
  /** The schema that checks the request's body. */
  readonly body?: z.ZodType;
  /** A request body that the page for trying out the API starts with. */
  readonly example?: object;
  /** An example of an answer. */
  readonly answer?: object;
  /** The content type of a streamed answer; absent for routes that never stream. */
  readonly streams?: 'application/x-ndjson' | 'text/event-stream';
}

/** Reads a request header; undefined where it is absent or empty. */
export type ReadHeader = (name: string) => string | undefined;

/** A request that was let in, with its body read. */
export interface ApiRequest {
  /** Any JSON value, undefined where none is read. */
  readonly body: unknown;
  /** Decoded; what a wildcard matched is joined by `/`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** A short name of the program that asks. */
  readonly client: string;
  readonly userAgent: string;
  readonly header: ReadHeader;
  /** Whose conversations it may see: the id of its API key, '' for this computer without one. */
  readonly owner: string;
}

/** Who sends a request: what a dialect takes from the HTTP request besides its body. */
export type ClientContext = Pick<ApiRequest, 'client' | 'owner' | 'header'>;

/** The user's settings that decide how a body becomes a `ChatRequest`. */
export type RequestSettings = Pick<DialectServices, 'sendsSampling' | 'fetchesImages'>;

export type RouteReply =
  /** `status`: 200 where it is left out. */
  | { readonly type: 'json'; readonly body: unknown; readonly status?: number; readonly headers?: ReplyHeaders }
  /** `contentType` is `text/plain; charset=utf-8` where it is left out. */
  | { readonly type: 'text'; readonly text: string; readonly contentType?: string; readonly headers?: ReplyHeaders }
  | ChatReply;

/** Response headers of a dialect's own. */
export type ReplyHeaders = Readonly<Record<string, string>>;

/** The question to ask, and how to give its answer. */
export interface ChatReply {
  readonly type: 'chat';
  readonly request: ChatRequest;
  /** Asked at the same time, for clients that want several answers to choose from: choice 1 and on, `request` being 0. */
  readonly also?: readonly ChatRequest[];
  readonly stream: boolean;
  /** Names of parameters that were sent with an effect and are not honoured. */
  readonly ignored: readonly string[];
  readonly headers?: ReplyHeaders;
  readonly wire: Wire;
}

export interface FaultReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: ReplyHeaders;
}

/** One answer in a dialect's form; holds what must be the same in all of its parts, such as an id. */
export interface Wire {
  /** The JSON body of an answer that is given at once. @param others the further choices, where the reply asks for any. */
  once(answer: Answer, others?: readonly Answer[]): unknown;
  stream(): StreamWire;
}

export interface StreamWire {
  readonly contentType: string;
  /** What may be sent while there is nothing to say; absent where clients stand nothing of the kind. */
  readonly keepAlive?: string;
  /** What to send for counts that become known before the end; absent where there is no place for them. */
  counts?(usage: Usage): Iterable<string>;
  /**
   * What to send for the event, each string complete in itself. Texts come short enough for one line.
   * @param choice 0, unless the reply asks for several answers; each of them has its own `end`.
   */
  lines(event: OutputEvent, choice: number): Iterable<string>;
  /** What to send when the answer fails after its first byte. */
  fault(fault: Fault): string;
}

export type OutputEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  | Extract<ChatEvent, { type: 'tool_call' | 'tool_input' | 'tool_end' | 'end' }>;

/** All of an answer. */
export interface Answer {
  readonly text: string;
  readonly thinking: string;
  readonly toolCalls: readonly ToolCall[];
  readonly reason: EndReason;
  readonly stopSequence: string | undefined;
  readonly usage: Usage;
  readonly timings: Timings;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}
