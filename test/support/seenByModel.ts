/** Compares what the model got with what a request asked: messages, system prompt, tools, schema, model and limits. */
import { createHash } from 'node:crypto';
import type { AssistantBlock, ChatRequest, Message, UserBlock } from '../../app/chat/request';
import type { HistoryMessage, RecordedRequest } from './messagesApi';

/** What the model gets: a text of all that decides its answer, and the other fields of the request's body. */
export interface Seen {
  readonly conversation: string;
  /** What the client may set, as text. */
  readonly settings: string;
  readonly fields: string;
}

/** The text that `Seen.conversation` must be where the model gets what this request asks. @param messages with the history */
export function askedOfModel(request: Partial<ChatRequest>, messages: readonly Message[]): string {
  const lines = messages.flatMap(({ role, content }) =>
    content.map((block) => `${role}: ${askedPart(block, messages)}`),
  );
  return conversationText(
    request.system ?? '',
    toolsOf(request, messages),
    request.schema !== undefined,
    request.model ?? '',
    { maxTokens: request.maxTokens, stop: request.stop },
    lines,
  );
}

export function seenByModel({ history, system, body }: RecordedRequest): Seen {
  const names = (body.tools ?? []).map(({ name }) => clientName(name));
  const blocks = history.flatMap(({ role, content }) =>
    content
      .filter(({ type }) => !String(type).includes('thinking'))
      .map((block) => `${role}: ${seenPart(block, history)}`),
  );
  const { messages: _messages, metadata: _metadata, system: _system, stream: _stream, ...fields } = body;
  const hasSchema = names.includes('StructuredOutput');
  const tools = names.filter((name) => name !== 'StructuredOutput');
  const { stop_sequences: stop } = body as { stop_sequences?: readonly string[] };
  // What the CLI asks for by itself.
  const maxTokens = body.max_tokens !== undefined && body.max_tokens < 2_000 ? body.max_tokens : undefined;
  const settings = { maxTokens, stop };
  return {
    conversation: conversationText(system.join('\n\n'), tools, hasSchema, body.model, settings, blocks),
    settings: JSON.stringify([
      withoutCacheControl(body.tools ?? []),
      body.model,
      settings,
      fields.thinking,
      fields.output_config,
    ]),
    fields: withoutCacheControl(fields),
  };
}

function conversationText(
  system: string,
  tools: readonly string[],
  hasSchema: boolean,
  model: string,
  settings: { maxTokens: number | undefined; stop: readonly string[] | undefined },
  lines: readonly string[],
): string {
  const family = model.includes('haiku') ? 'haiku' : 'sonnet';
  return JSON.stringify(
    [system, [...tools].sort(), hasSchema, family, settings, digest(inOrder(lines)), inOrder(lines).slice(-4)],
    null,
    1,
  );
}

/** The lines with neighbouring results in one order: that in which the CLI sends them is a matter of chance. */
function inOrder(lines: readonly string[]): readonly string[] {
  const ordered: string[] = [];
  for (const line of lines) {
    const isResult = line.startsWith('user: result of');
    const place = isResult
      ? ordered.findLastIndex((other) => !other.startsWith('user: result of') || other <= line) + 1
      : ordered.length;
    ordered.splice(place, 0, line);
  }
  return ordered;
}

function digest(lines: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(lines)).digest('hex').slice(0, 16);
}

function askedPart(block: UserBlock | AssistantBlock, messages: readonly Message[]): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'tool_use':
      return `call ${block.name} ${JSON.stringify(block.input)}`;
    case 'tool_result': {
      const call = messages.flatMap(callsOf).find(({ id }) => id === block.toolUseId);
      const content = block.content.map((part) => (part.type === 'text' ? part.text : part.type)).join('|');
      return `result of ${call?.name} ${JSON.stringify(call?.input)}: ${content}${block.isError ? ' (error)' : ''}`;
    }
    default:
      return block.type;
  }
}

function seenPart(block: HistoryMessage['content'][number], history: readonly HistoryMessage[]): string {
  switch (block.type) {
    case 'text':
      return String(block.text);
    case 'tool_use':
      return `call ${clientName(String(block.name))} ${JSON.stringify(block.input)}`;
    case 'tool_result': {
      const call = history.flatMap(({ content }) => content).find(({ id }) => id === block.tool_use_id);
      const parts = Array.isArray(block.content) ? block.content : [{ type: 'text', text: block.content }];
      const content = parts.map((part) => (part.type === 'text' ? part.text : part.type)).join('|');
      return `result of ${clientName(String(call?.name))} ${JSON.stringify(call?.input)}: ${content}${block.is_error ? ' (error)' : ''}`;
    }
    default:
      return String(block.type);
  }
}

/** The CLI may call a tool by its server, too. */
function clientName(name: string): string {
  return name.replace(/^mcp__client[AB]__/, '');
}

function withoutCacheControl(fields: object): string {
  return JSON.stringify(fields, (key, value) => (key === 'cache_control' ? undefined : value)).replaceAll(
    /mcp__client[AB]__/g,
    '',
  );
}

/** Requests with the same settings must not differ in any other field. */
export function settingsThatDiffer(seen: readonly Seen[]): readonly string[] {
  const first = new Map<string, string>();
  return seen.flatMap(({ settings, fields }) => {
    const known = first.get(settings);
    if (known === undefined) first.set(settings, fields);
    return known === undefined || known === fields ? [] : [`${settings}:\n${known}\n${fields}`];
  });
}

/** The API refuses calls in the history where no tool is defined. */
function toolsOf({ tools = [], schema }: Partial<ChatRequest>, messages: readonly Message[]): readonly string[] {
  const defined = tools.length > 0 || schema ? tools : messages.flatMap(callsOf);
  return [...new Set(defined.map(({ name }) => name))];
}

/** The calls of tools in a message of the model's. */
export function callsOf(message: Message | undefined) {
  return message?.role === 'assistant' ? message.content.filter((block) => block.type === 'tool_use') : [];
}
