/** A client's request in the form that all dialects share. Each dialect in api/ translates its bodies into a `ChatRequest`. */

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

export interface ImageBlock {
  readonly type: 'image';
  /** One that the Messages API accepts: `image/png`, `image/jpeg`, `image/gif` or `image/webp`. */
  readonly mediaType: string;
  /** Base64, without a `data:` prefix. */
  readonly data: string;
}

export interface DocumentBlock {
  readonly type: 'document';
  /** A PDF in base64, without a `data:` prefix. */
  readonly data: string;
  /** For example its file name. */
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
  readonly content: readonly (TextBlock | ImageBlock | DocumentBlock)[];
  readonly isError: boolean;
}

export type UserBlock = TextBlock | ImageBlock | DocumentBlock | ToolResultBlock;
export type AssistantBlock = TextBlock | ToolUseBlock;

export type Message =
  | { readonly role: 'user'; readonly content: readonly UserBlock[] }
  | { readonly role: 'assistant'; readonly content: readonly AssistantBlock[] };

/** About how long the message is, in characters; takes no time however long it is. */
export function messageLength({ content }: Message): number {
  return content.reduce((sum, block) => sum + blockLength(block), 0);
}

function blockLength(block: UserBlock | AssistantBlock): number {
  if (block.type === 'text') return block.text.length;
  if (block.type === 'image' || block.type === 'document') return block.data.length;
  if (block.type === 'tool_use') return JSON.stringify(block.input).length;
  return block.content.reduce((sum, part) => sum + blockLength(part), 0);
}

/**
 * The client's own name for a conversation.
 *
 * - `id`: the client may send only its newest message, which is appended to the stored history of that name. Where it
 *   sends a history, that one counts.
 * - `label`: the client always sends its whole history; the name only says which conversation the turn belongs to.
 */
export interface ConversationName {
  readonly kind: 'id' | 'label';
  readonly id: string;
}

/** A function of the client that the model may call. */
export interface ClientTool {
  /** Passed on to the model unchanged. */
  readonly name: string;
  readonly description: string;
  /** A JSON schema of type `object`. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /**
   * The client adds the tool in the course of the conversation. A process that holds the conversation is given it then; it does not
   * decide which process that is. Default: false.
   */
  readonly deferred?: boolean | undefined;
}

/** `required`: the model must call a tool. `named`: it must call this tool. */
export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'named'; readonly name: string };

/** How much the model thinks, in the CLI's own terms. */
export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** Sampling parameters, which today's models refuse: sent only if the user's settings say so. */
export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
}

export interface ChatRequest {
  /** The model as the client named it. The chat resolves it, or refuses the request. */
  readonly model: string;
  /** Answers in place of `model`, where there is such a model: the user's choice for a kind of requests. */
  readonly preferredModel?: string | undefined;
  /** All system and developer messages of the request, joined by blank lines; '' where there is none. */
  readonly system: string;
  /** In the order in which the client sent them. The last one is the question and has the role `user`. */
  readonly messages: readonly Message[];
  /** A short name of the program that sent the request, for the window. */
  readonly client: string;
  /** Whether the client wants to receive the model's thinking. */
  readonly thinking: boolean;
  /** The model is not to think at all, which not every model can. Default: false. */
  readonly withoutThinking?: boolean | undefined;
  /** The id of the API key; '' for requests without one. A request never gets to a conversation of another owner. */
  readonly owner: string;
  readonly name?: ConversationName | undefined;
  /**
   * The name of the client's user. Some clients send it in place of a conversation's id, others with every chat: it is
   * taken for an id where there is no `name`, and only as long as this user has never sent a history.
   */
  readonly user?: string | undefined;
  /** A question about a conversation, such as for a title, and no turn of it: it is answered and not stored. */
  readonly ephemeral?: boolean | undefined;
  /** Default: none. */
  readonly tools?: readonly ClientTool[] | undefined;
  /** Default: `auto`. */
  readonly toolChoice?: ToolChoice | undefined;
  /** Whether the model may call several tools in one answer. Default: true. */
  readonly parallelTools?: boolean | undefined;
  /** A JSON schema for the answer, which is then JSON and comes as text events. */
  readonly schema?: Readonly<Record<string, unknown>> | undefined;
  readonly effort?: Effort | undefined;
  /** The most tokens that the answer may have. */
  readonly maxTokens?: number | undefined;
  /** Stop sequences: the answer ends before the first of these. */
  readonly stop?: readonly string[] | undefined;
  readonly sampling?: Sampling | undefined;
  /** How long the process waits for a follow-up, in ms: 0 not at all, Infinity without limit. Default: the setting. */
  readonly keepAliveMs?: number | undefined;
}
