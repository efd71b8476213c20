/**
 * What a dialect consists of: its paths, how a body becomes a `ChatRequest`, how an answer and an error are written, and its
 * documentation. Everything else (access, reading bodies, journal, streaming) is shared and does not depend on the dialect.
 * A new dialect is a folder and a line in `dialects.ts`.
 */
import type { z } from 'zod';
import type { ChatEvent, EndReason, Timings } from '../chat/events';
import type { ChatRequest } from '../chat/request';
import type { Chat, Model } from '../chat/service';
import type { KeyScope } from '../shared/access/keys';
import type { CliAccount, CliState, DialectName, ServerState, StorageState } from '../shared/contract';
import type { Usage } from '../shared/usage';
import type { Journal } from '../store/journal';
import type { Fault } from './fault';

export interface Dialect {
  /** The journal and the metrics record it, so it must not change. Folders that serve variants of one API share a name. */
  readonly name: DialectName;
  /** The name that the documentation and the window show. Dialects of the same name have the same title. */
  readonly title: string;
  /**
   * Paths such as `/api`. The dialect with the longest root that equals or contains a request's path answers errors there, even
   * where no route exists; `/` contains no other path.
   */
  readonly roots: readonly string[];
  /** Paths of another dialect that its clients use, too: errors there are worded by this dialect for requests with the header. */
  readonly sharedPaths?: { readonly header: string; readonly pattern: RegExp };
  /** The response for an error that occurs before the answer's headers are sent. */
  fault(fault: Fault): FaultReply;
  routes(services: DialectServices): readonly Route[];
}

/** What a dialect's routes may use of the app. */
export interface DialectServices {
  /** Without the models: which of them a request may use is `ApiRequest.models`. */
  readonly chat: Omit<Chat, 'models' | 'allModels' | 'findModel' | 'resolveModel' | 'endConversationsOf'>;
  readonly journal: Pick<Journal, 'onChange' | 'details' | 'refusedRequests' | 'day'>;
  /** The app's version. */
  readonly version: string;
  /** The app's state, for `/health` and `/metrics`. */
  status(): {
    readonly server: ServerState;
    readonly cli: CliState;
    readonly accounts: readonly CliAccount[];
    readonly storage: StorageState;
  };
  /** The account that answers an owner's requests; undefined where it was removed. Its address is for the owner of the app alone. */
  accountOf(owner: string): CliAccount | undefined;
  /** Whether the user's settings send sampling parameters to the API; otherwise they are ignored. */
  sendsSampling(): boolean;
  /** Whether OpenAI's chat clients get the model's thinking without requesting it. */
  sendsReasoning(): boolean;
  /** The model that answers short tasks about a chat, such as its title; '' for the model of the request. */
  taskModel(): string;
  /** Whether the user's settings allow fetching images from URLs in a request. */
  fetchesImages(): boolean;
}

/** An endpoint: a method and a path, and what answers there. */
export interface Route {
  /** `get` answers HEAD too. */
  readonly method: 'get' | 'head' | 'post' | 'delete';
  /** An Express path. */
  readonly path: string;
  /** What `/docs` and `/openapi.json` say of the route; null leaves it out. */
  readonly docs: RouteDocs | null;
  /** Whether it is another route at a second path, which the documentation leaves out. */
  readonly isAlias?: boolean;
  /** What an API key must reach for this path; `any` for none of it. The same for all routes of a path. Default: `inference`. */
  readonly scope?: KeyScope | 'any';
  /** The default of `stream` in the body; absent for routes that never stream. */
  readonly streamDefault?: boolean;
  /** Whether a `post` or `delete` requires a JSON body; without one, the body is not read. Default: true. */
  readonly hasBody?: boolean;
  /** @throws ChatError and Refusal; any other error is a defect and is answered with 500. */
  handle(request: ApiRequest): RouteReply | Promise<RouteReply>;
}

export interface RouteDocs {
  readonly summary: string;
  readonly description?: string;
  /** The schema that checks the request's body. */
  readonly body?: z.ZodType;
  /** A request body that the page for trying out the API starts with. */
  readonly example?: object;
  /** An example of an answer, whose fields are those of every answer. */
  readonly answer?: object;
  /** The content type of an answer that is not JSON. */
  readonly textType?: string;
  /** The status with which the route refuses every request, but for those that change nothing if `answer` or `textType` is given. */
  readonly refused?: 400 | 401;
  /** The content type of a streamed answer; absent for routes that never stream. */
  readonly streams?: 'application/x-ndjson' | 'text/event-stream';
}

/** Reads a request header; undefined where it is absent or empty. */
export type ReadHeader = (name: string) => string | undefined;

/** A request that passed the access check, with its body parsed. */
export interface ApiRequest {
  /** Any JSON value; undefined for a route without a body. */
  readonly body: unknown;
  /** The path's parameters, decoded; a wildcard's segments are joined by `/`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** A short name of the program that sent the request. */
  readonly client: string;
  readonly userAgent: string;
  readonly header: ReadHeader;
  readonly models: RequestModels;
  /** Owner of the request's conversations: the id of the API key, or '' for a program on this computer without one. */
  readonly owner: string;
}

/** The models that a request may use: all, or those of its API key. */
export interface RequestModels {
  /** As `Chat.models`. */
  list(): Promise<readonly Model[]>;
  /** As `Chat.resolveModel`; a model that the key may not use is not found. */
  resolve(name: string): Promise<Model>;
}

/** Who sends a request: what a dialect takes from the HTTP request besides its body. */
export type ClientContext = Pick<ApiRequest, 'client' | 'owner' | 'header'>;

/** The user's settings that decide how a body becomes a `ChatRequest`. */
export type RequestSettings = Pick<DialectServices, 'sendsSampling' | 'sendsReasoning' | 'taskModel' | 'fetchesImages'>;

/** What a route returns; `http/respond.ts` sends it. */
export type RouteReply =
  /** Default `status`: 200. */
  | { readonly type: 'json'; readonly body: unknown; readonly status?: number; readonly headers?: ReplyHeaders }
  /** Default `contentType`: `text/plain; charset=utf-8`. */
  | { readonly type: 'text'; readonly text: string; readonly contentType?: string; readonly headers?: ReplyHeaders }
  | ChatReply;

/** Response headers that the dialect sets. */
export type ReplyHeaders = Readonly<Record<string, string>>;

/** A request for the model, and the form of its answer. */
export interface ChatReply {
  readonly type: 'chat';
  readonly request: ChatRequest;
  /** For clients that request several choices: answered at the same time as `request`, which is choice 0, as choices 1, 2, … */
  readonly furtherRequests?: readonly ChatRequest[];
  readonly stream: boolean;
  /** Names of the parameters in the request that would have an effect elsewhere but have none here. */
  readonly ignored: readonly string[];
  readonly headers?: ReplyHeaders;
  readonly wire: Wire;
}

/** A fault in the dialect's form. */
export interface FaultReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: ReplyHeaders;
}

/** Writes one answer in the dialect's wire format. It holds what all parts of the answer share, such as an id. */
export interface Wire {
  /** The JSON body of an answer that is not streamed. @param others the answers to `furtherRequests`. */
  completeBody(answer: Answer, others?: readonly Answer[]): unknown;
  stream(): StreamWire;
}

/** Writes one streamed answer. */
export interface StreamWire {
  readonly contentType: string;
  /** Sent while the model is silent; absent where the dialect's clients accept nothing of the kind. */
  readonly keepAlive?: string;
  /** What to send for usage that is known before the end; absent where the format has no place for it. */
  usageLines?(usage: Usage): Iterable<string>;
  /**
   * What to send for the event: complete lines or SSE events. `splitLongText` has bounded the event's text.
   * @param choice the index of the answer, 0 unless there are `furtherRequests`; each answer has an `end` of its own.
   */
  lines(event: OutputEvent, choice: number): Iterable<string>;
  /** What to send when the answer fails after its headers have been sent. */
  fault(fault: Fault): string;
}

/** The events of an answer that a dialect writes. */
export type OutputEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  | Extract<ChatEvent, { type: 'tool_call' | 'tool_input' | 'tool_end' | 'end' }>;

/** A complete answer. */
export interface Answer {
  readonly text: string;
  readonly thinking: string;
  readonly toolCalls: readonly ToolCall[];
  readonly reason: EndReason;
  readonly stopSequence: string | undefined;
  readonly usage: Usage;
  readonly timings: Timings;
}

/** A complete call of one of the client's tools. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}
