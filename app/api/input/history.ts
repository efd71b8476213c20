/**
 * The dialects write a history alike and differ in spelling. A dialect spells it out as turns; here they become the
 * messages of a `ChatRequest`: system texts joined, tool results put to the calls that they answer.
 */
import { invalidParam } from '../../chat/errors';
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

/** What somebody can say or show. */
export type ContentBlock = TextBlock | ImageBlock | DocumentBlock;

export type HistoryTurn =
  | { readonly role: 'system'; readonly text: string }
  | { readonly role: 'user'; readonly content: readonly ContentBlock[] }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: readonly HistoryToolCall[] }
  | {
      readonly role: 'tool';
      readonly id: string | null;
      readonly name: string | null;
      readonly content: readonly (TextBlock | ImageBlock)[];
      /** Default: false. */
      readonly isError?: boolean;
    };

export interface HistoryToolCall {
  /** Null where the client has lost it: ollama-python and LangChain.js do. */
  readonly id: string | null;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface History {
  readonly system: string;
  readonly messages: readonly Message[];
}

type Form = Partial<Pick<ChatRequest, 'schema' | 'toolChoice'>>;

export interface HistoryOptions {
  /** Where the dialect has its turns, for the error. Default: `messages`. */
  readonly field?: string;
  /** What the answer has to be. Default: anything. */
  readonly answerForm?: Form;
}

/** @throws ChatError `invalid_request` when the turns do not end with something to answer. */
export function buildHistory(
  turns: readonly HistoryTurn[],
  { field = 'messages', answerForm = {} }: HistoryOptions = {},
): History {
  const messages: Message[] = [];
  let open: OpenCall[] = [];
  let results: UserBlock[] = [];

  const closeCalls = () => {
    // The API takes no call without its result, and a client that was interrupted has none to give.
    const missing = open.map((call) => toolResult(call.id, [text('The tool gave no result.')], true));
    if (results.length + missing.length > 0) messages.push({ role: 'user', content: [...results, ...missing] });
    open = [];
    results = [];
  };

  const spoken = turns.filter((turn) => turn.role !== 'system');
  if (hasForm(answerForm) && spoken.at(-1)?.role === 'assistant') spoken.push(FORM_ASKED_FOR);
  for (const [at, turn] of spoken.entries()) {
    if (turn.role === 'tool') {
      const call = answered(open, turn);
      open = open.filter((other) => other !== call);
      // A result whose call the client has cut off is still worth reading.
      results.push(...(call === undefined ? turn.content : [toolResult(call.id, turn.content, turn.isError ?? false)]));
      continue;
    }
    closeCalls();
    if (turn.role === 'user') {
      const content = turn.content.filter(isSomething);
      if (content.length > 0) messages.push({ role: 'user', content });
      else if (at === spoken.length - 1) throw invalidParam(field, 'the last message is empty');
      continue;
    }
    const calls = turn.calls.map((call, index) => ({ ...call, id: callId(call, at, index) }));
    const content: AssistantBlock[] = calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input }));
    if (turn.text !== '') content.unshift(text(turn.text));
    if (content.length > 0) messages.push({ role: 'assistant', content });
    open = calls;
  }
  if (spoken.at(-1)?.role === 'assistant') {
    throw invalidParam(
      field,
      'the last message is from the assistant: there is nothing to answer (continuing it is not supported)',
    );
  }
  closeCalls();
  if (messages.length === 0) throw invalidParam(field, 'there is no user message');

  const system = turns.flatMap((turn) => (turn.role === 'system' ? [withoutBilling(turn.text)] : []));
  return { system: system.filter((words) => words !== '').join('\n\n'), messages };
}

/**
 * What agents of LangGraph ask last: their own answer once more, in a form. The API wants the last word to be the user's.
 */
const FORM_ASKED_FOR: Extract<HistoryTurn, { role: 'user' }> = {
  role: 'user',
  content: [text('Give this answer in the form that is asked for.')],
};

function hasForm({ schema, toolChoice }: Form): boolean {
  return schema !== undefined || toolChoice?.type === 'required' || toolChoice?.type === 'named';
}

/** Claude Code's note to the API ahead of its prompt. The CLI writes its own, and takes all that follows such a line for part of it. */
function withoutBilling(system: string): string {
  return system.replace(/^x-anthropic-billing-header:[^\n]*\n*/, '');
}

interface OpenCall {
  readonly id: string;
  readonly name: string;
}

/** Clients give the id, or the name, or only the order; an id or a name that fits no call is no better than none. */
function answered(open: readonly OpenCall[], turn: Extract<HistoryTurn, { role: 'tool' }>): OpenCall | undefined {
  const byId = turn.id === null ? undefined : open.find((call) => call.id === tidyId(turn.id ?? ''));
  return byId ?? open.find((call) => call.name === turn.name) ?? open[0];
}

/** Where the id is lost, its place stands in, so that the same history always reads the same. */
function callId(call: HistoryToolCall, message: number, index: number): string {
  return call.id === null || call.id === '' ? `call_${message}_${index}` : tidyId(call.id);
}

/** The Messages API takes only these characters. */
function tidyId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, '_');
}

function toolResult(
  toolUseId: string,
  content: readonly (TextBlock | ImageBlock)[],
  isError: boolean,
): ToolResultBlock {
  return { type: 'tool_result', toolUseId, content: content.filter(isSomething), isError };
}

function isSomething(block: ContentBlock): boolean {
  return block.type !== 'text' || block.text !== '';
}

/** @throws ChatError `invalid_request` for a document, which the result of a tool cannot hold. */
export function toolResultContent(content: readonly ContentBlock[], param: string): (TextBlock | ImageBlock)[] {
  return content.map((block) => {
    if (block.type !== 'document') return block;
    throw invalidParam(param, 'a document in the result of a tool is not supported');
  });
}

function text(value: string): TextBlock {
  return { type: 'text', text: value };
}
