/**
 * The question as every dialect asks it. A dialect's folder in api/ turns its bodies into this and nothing else,
 * so that what follows is the same for all of them.
 */

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

export interface ImageBlock {
  readonly type: 'image';
  /** `image/png`, `image/jpeg`, `image/gif` or `image/webp`: what the Messages API takes. */
  readonly mediaType: string;
  /** Base64, without a `data:` prefix. */
  readonly data: string;
}

export interface DocumentBlock {
  readonly type: 'document';
  /** A PDF in base64, without a `data:` prefix. */
  readonly data: string;
  /** Such as its file's name. */
  readonly title?: string | undefined;
}

export interface ToolUseBlock {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ToolResultBlock {
  readonly type: 'tool_result';
  /** The id of the `ToolUseBlock` that it answers. */
  readonly toolUseId: string;
  readonly content: readonly (TextBlock | ImageBlock)[];
  readonly isError: boolean;
}

export type UserBlock = TextBlock | ImageBlock | DocumentBlock | ToolResultBlock;
export type AssistantBlock = TextBlock | ToolUseBlock;

export type Message =
  | { readonly role: 'user'; readonly content: readonly UserBlock[] }
  | { readonly role: 'assistant'; readonly content: readonly AssistantBlock[] };

/**
 * The client's own name for a conversation.
 *
 * - `id`: a lone new message under it is appended to what has been said; a history that is sent along wins.
 * - `label`: the client sends its whole history every time, and the name says only which conversation it is of.
 */
export interface ConversationName {
  readonly kind: 'id' | 'label';
  readonly id: string;
}

/** A function of the client's that the model may call. */
export interface ClientTool {
  /** Reaches the model as it is. */
  readonly name: string;
  readonly description: string;
  /** A JSON schema of type `object`. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** `required`: some tool must be called. `named`: this one must. */
export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'named'; readonly name: string };

/** How hard the model thinks, as the CLI names it. */
export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** Parameters that today's models refuse: sent only where the user's settings say so. */
export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
}

export interface ChatRequest {
  /** The model as the client named it; resolved, and refused, by the chat. */
  readonly model: string;
  /** All system and developer messages of the request, joined by a blank line; '' where there is none. */
  readonly system: string;
  /** In the order sent. The last one is the question, of role `user`. */
  readonly messages: readonly Message[];
  /** A short name of the program that asks, for the window. */
  readonly client: string;
  /** Whether the client wants to see the model think. */
  readonly thinking: boolean;
  /** The client does not want it to think at all, which not every model can. Default: false. */
  readonly withoutThinking?: boolean | undefined;
  /** The id of the API key; '' for this computer without one. Conversations of different owners never meet. */
  readonly owner: string;
  readonly name?: ConversationName | undefined;
  /**
   * A user's name, which some clients send in place of an id and others with every chat: taken for an id where there
   * is none, and only until its user has sent a history.
   */
  readonly user?: string | undefined;
  /** A question about a conversation and not of it, such as for its title: answered, and forgotten. */
  readonly ephemeral?: boolean | undefined;
  /** Default: none. */
  readonly tools?: readonly ClientTool[] | undefined;
  /** Default: `auto`. */
  readonly toolChoice?: ToolChoice | undefined;
  /** Whether the model may call several tools in one answer. Default: true. */
  readonly parallelTools?: boolean | undefined;
  /** The answer is JSON that is valid against this schema; it comes as text events. */
  readonly schema?: Readonly<Record<string, unknown>> | undefined;
  readonly effort?: Effort | undefined;
  /** The most tokens of the answer. */
  readonly maxTokens?: number | undefined;
  /** The answer ends before the first of these. */
  readonly stop?: readonly string[] | undefined;
  readonly sampling?: Sampling | undefined;
  /** How long the process is kept for a follow-up, in ms: 0 not at all, Infinity for good. Default: the setting. */
  readonly keepAliveMs?: number | undefined;
}
