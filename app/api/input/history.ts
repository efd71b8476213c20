/**
 * Converts a conversation history for a `ChatRequest`. Each dialect translates its own messages into `HistoryTurn`s; here the
 * system texts are joined and the tool results are assigned to their calls.
 */
import { ChatError, invalidParam } from '../../chat/errors';
import type {
  AssistantBlock,
  ChatRequest,
  DocumentBlock,
  ImageBlock,
  Message,
  TextBlock,
  ToolResultBlock,
  UserBlock,
} from '../../chat/request';

/** The content of a user message or of a tool result. */
export type ContentBlock = TextBlock | ImageBlock | DocumentBlock;

/** A message of the client's, as a dialect read it. */
export type HistoryTurn =
  | { readonly role: 'system'; readonly text: string }
  | { readonly role: 'user'; readonly content: readonly ContentBlock[] }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: readonly HistoryToolCall[] }
  | {
      readonly role: 'tool';
      readonly id: string | null;
      readonly name: string | null;
      readonly content: readonly ContentBlock[];
      /** Default: false. */
      readonly isError?: boolean;
    };

/** A call in an earlier answer. */
export interface HistoryToolCall {
  /** Null where the client does not send it, such as ollama-python and LangChain.js. */
  readonly id: string | null;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A conversation history in the form of a `ChatRequest`. */
export interface History {
  readonly system: string;
  readonly messages: readonly Message[];
}

/** A schema for the answer, or a tool that must be called. */
type AnswerForm = Partial<Pick<ChatRequest, 'schema' | 'toolChoice'>>;

export interface HistoryOptions {
  /** The field of the body that holds the turns, for errors. Default: `messages`. */
  readonly field?: string;
  /** What the answer is bound to. Default: nothing. */
  readonly answerForm?: AnswerForm;
  /** Whether system texts without any other message are the question, as for OpenAI and Ollama. Default: false. */
  readonly systemMayAsk?: boolean;
}

/** Converts the turns. @throws ChatError `invalid_request` where they do not end with a user message or a tool result. */
export function buildHistory(
  clientTurns: readonly HistoryTurn[],
  { field = 'messages', answerForm = {}, systemMayAsk = false }: HistoryOptions = {},
): History {
  const isOnlySystem = clientTurns.every(({ role }) => role === 'system');
  const turns = systemMayAsk && isOnlySystem ? clientTurns.map(asQuestion) : clientTurns;
  const messages: Message[] = [];
  let open = openCalls([]);
  let results: UserBlock[] = [];

  const closeCalls = () => {
    // The API requires a result for every call, and an interrupted client has none.
    const missing = open.rest().map((call) => toolResult(call.id, [text('The tool gave no result.')], true));
    if (results.length + missing.length > 0) messages.push({ role: 'user', content: [...results, ...missing] });
    open = openCalls([]);
    results = [];
  };

  const chatTurns = turns.filter((turn) => turn.role !== 'system');
  if (bindsAnswer(answerForm) && chatTurns.at(-1)?.role === 'assistant') chatTurns.push(FORM_REQUEST);
  for (const [at, turn] of chatTurns.entries()) {
    if (turn.role === 'tool') {
      const call = open.take(turn);
      // Where the client has cut off the call, its result becomes plain content of the user message.
      results.push(...(call === undefined ? turn.content : [toolResult(call.id, turn.content, turn.isError ?? false)]));
      continue;
    }
    closeCalls();
    if (turn.role === 'user') {
      const content = turn.content.filter(isNotEmpty);
      const isLast = at === chatTurns.length - 1;
      // The API takes no blank text, so it is left out: then the question is what the user said before it, if anything.
      const asks = content.some(isNotBlank) || (content.length > 0 && messages.at(-1)?.role === 'user');
      if (isLast && !asks) throw invalidParam(field, 'the last message is empty');
      if (content.length > 0) messages.push({ role: 'user', content });
      continue;
    }
    const calls = turn.calls.map((call, index) => ({ ...call, id: callId(call, at, index) }));
    const content: AssistantBlock[] = calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input }));
    if (turn.text !== '') content.unshift(text(turn.text));
    if (content.length > 0) messages.push({ role: 'assistant', content });
    open = openCalls(calls);
  }
  if (chatTurns.at(-1)?.role === 'assistant') {
    throw invalidParam(
      field,
      'the last message is from the assistant: there is nothing to answer (continuing it is not supported)',
    );
  }
  closeCalls();
  if (messages.length === 0) throw invalidParam(field, 'there is no user message');

  const systemTexts = turns.flatMap((turn) => (turn.role === 'system' ? [withoutBillingHeader(turn.text)] : []));
  const system = systemTexts.filter((value) => value !== '').join('\n\n');
  refuseTooMuchText([system, ...messages.flatMap(({ content }) => content.map(textOf))]);
  return { system, messages };
}

function asQuestion(turn: HistoryTurn): HistoryTurn {
  return turn.role === 'system' ? { role: 'user', content: [text(turn.text)] } : turn;
}

function textOf(block: UserBlock | AssistantBlock): string {
  return block.type === 'text' ? block.text : '';
}

/** In UTF-16 units. A context of a million tokens holds about half of it. */
const MOST_TEXT = 8_000_000;

/**
 * Every text is hashed, stored and written to the CLI, during which no other request is served: one that no model can read is
 * refused first. Images and documents do not count.
 * @throws ChatError `context_too_long`
 */
export function refuseTooMuchText(texts: readonly string[]): void {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  if (length <= MOST_TEXT) return;
  throw new ChatError('context_too_long', `the prompt is too long: ${length} characters are more than any model reads`);
}

/**
 * LangGraph agents send their own answer last and request it again in a given form, but the API requires a user message at the
 * end.
 */
const FORM_REQUEST: Extract<HistoryTurn, { role: 'user' }> = {
  role: 'user',
  content: [text('Give this answer in the form that is asked for.')],
};

function bindsAnswer({ schema, toolChoice }: AnswerForm): boolean {
  return schema !== undefined || toolChoice?.type === 'required' || toolChoice?.type === 'named';
}

/**
 * Removes a header that Claude Code puts ahead of its system prompt: the CLI takes all text behind such a line for part of its
 * own header.
 */
function withoutBillingHeader(system: string): string {
  return system.replace(/^x-anthropic-billing-header:[^\n]*\n*/, '');
}

interface OpenCall {
  readonly id: string;
  readonly name: string;
}

function append(lists: Map<string, OpenCall[]>, key: string, call: OpenCall): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [call]);
  else list.push(call);
}

/** The calls of an answer that have no result yet. A list would be searched for each of its results. */
function openCalls(calls: readonly OpenCall[]) {
  const open = new Set(calls);
  const ids = new Map<string, OpenCall[]>();
  const names = new Map<string, OpenCall[]>();
  // The first call last, since `pop` is what takes no time.
  for (const call of [...calls].reverse()) {
    append(ids, call.id, call);
    append(names, call.name, call);
  }
  const next = (candidates: OpenCall[] | undefined): OpenCall | undefined => {
    while (candidates?.length) {
      const call = candidates.pop();
      if (call !== undefined && open.has(call)) return call;
    }
    return undefined;
  };
  return {
    /** The call that a result answers, by its id, else by its name, else the first open one: some clients send only the order. */
    take(turn: Extract<HistoryTurn, { role: 'tool' }>): OpenCall | undefined {
      const byId = turn.id === null ? undefined : next(ids.get(validId(turn.id)));
      const byName = byId ?? (turn.name === null ? undefined : next(names.get(turn.name)));
      const [first] = open;
      const call = byName ?? first;
      if (call !== undefined) open.delete(call);
      return call;
    },
    rest: (): readonly OpenCall[] => [...open],
  };
}

/** Without an id, the call's position becomes its id, so that the same history always gives the same request. */
function callId(call: HistoryToolCall, message: number, index: number): string {
  return call.id === null || call.id === '' ? `call_${message}_${index}` : validId(call.id);
}

/** The Messages API accepts only these characters in an id. */
function validId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, '_');
}

function toolResult(toolUseId: string, content: readonly ContentBlock[], isError: boolean): ToolResultBlock {
  return { type: 'tool_result', toolUseId, content: content.filter(isNotEmpty), isError };
}

function isNotEmpty(block: ContentBlock): boolean {
  return block.type !== 'text' || block.text !== '';
}

function isNotBlank(block: ContentBlock): boolean {
  return block.type !== 'text' || block.text.trim() !== '';
}

function text(value: string): TextBlock {
  return { type: 'text', text: value };
}
