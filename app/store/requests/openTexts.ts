/** The texts of one request while it is answered: its question, and its answer as it grows. */
import type { ChatEvent } from '../../chat/events';
import type { ChatRequest, Message, UserBlock } from '../../chat/request';
import { maskKeys } from '../../shared/access/maskKeys';
import type { RequestTexts, SaidPart } from '../../shared/contract';

export interface OpenTexts {
  /** The question in one line, for the row. */
  readonly asked: string;
  /** The ids of the tool calls whose results the question brings. */
  readonly toolResults: readonly string[];
  /** The ids of the tool calls in the answer so far. */
  toolCalls(): string[];
  /** @param choice the index of the answer, for requests of several. */
  add(choice: number, event: ChatEvent): void;
  readonly version: number;
  /** Shares nothing with what still changes. */
  read(running: boolean): RequestTexts;
}

/** In characters. */
const MAX_SYSTEM = 2_000;
const MAX_QUESTION = 256 * 1024;
const MAX_ANSWER = 1024 * 1024;
const MAX_ASKED = 160;
/** Of one image, and of all images of a request. */
const MAX_IMAGE_BYTES = 1024 * 1024;
const MAX_IMAGES_BYTES = 4 * 1024 * 1024;

/** Copies no text: it refers to those of the request. */
export function openTexts({ system, messages }: ChatRequest): OpenTexts {
  const start = messages.findLastIndex(({ role }) => role === 'assistant') + 1;
  const blocks = messages.slice(start).flatMap((message) => (message.role === 'user' ? [...message.content] : []));
  const toolResults = blocks.flatMap((block) => (block.type === 'tool_result' ? [block.toolUseId] : []));
  const question = questionParts(blocks);
  const answers: AnswerPart[][] = [];
  let answerLength = 0;
  // 0 is that of a request whose question is not read yet.
  let version = 1;

  const append = (parts: AnswerPart[], kind: 'text' | 'thinking', text: string) => {
    const last = parts.at(-1);
    const added = text.slice(0, Math.max(0, MAX_ANSWER - answerLength));
    answerLength += text.length;
    if (added.length < text.length && answerLength - text.length <= MAX_ANSWER) {
      parts.push({ kind, text: `${last?.kind === kind ? '' : added}${CUT_ANSWER}` });
      if (last?.kind === kind) last.text += added;
    } else if (last?.kind === kind) last.text += added;
    else if (added !== '') parts.push({ kind, text: added });
  };

  return {
    asked: askedLine(blocks, messages[start - 1]),
    toolResults,
    toolCalls: () => answers.flat().flatMap((part) => (part.kind === 'tool_call' ? [part.id] : [])),
    get version() {
      return version;
    },
    add: (choice, event) => {
      while (answers.length <= choice) answers.push([]);
      const parts = answers[choice] ?? [];
      if (event.type === 'text' || event.type === 'thinking') append(parts, event.type, event.text);
      else if (event.type === 'tool_call') {
        parts.push({ kind: 'tool_call', id: event.id, name: event.name, input: '', done: false });
      } else if (event.type === 'tool_input' || event.type === 'tool_end') changeCall(parts.at(-1), event);
      else if (event.type === 'retract') answers[choice] = parts.filter(({ kind }) => kind !== 'text');
      else return;
      version += 1;
    },
    read: (running) => ({
      system: cut(system, MAX_SYSTEM, '…'),
      earlierMessages: start,
      question,
      answer: answers.flat().map((part) => ({ ...part })),
      version,
      running,
    }),
  };
}

const CUT_ANSWER = '\n\n[The rest of the answer is too long to be shown here.]';
const CUT_QUESTION = '\n\n[The rest of the question is too long to be shown here.]';

type AnswerPart =
  | { kind: 'text' | 'thinking'; text: string }
  | { kind: 'tool_call'; id: string; name: string; input: string; done: boolean };

function changeCall(
  call: AnswerPart | undefined,
  event: Extract<ChatEvent, { type: 'tool_input' | 'tool_end' }>,
): void {
  if (call?.kind !== 'tool_call') return;
  if (event.type === 'tool_end') {
    call.done = true;
    // The pieces are complete JSON, but where there were none.
    if (call.input === '') call.input = JSON.stringify(event.input);
  } else if (call.input.length < MAX_ANSWER) call.input += event.json;
}

/** The parts of the question, as many as its limit holds. */
function questionParts(blocks: readonly UserBlock[]): readonly SaidPart[] {
  const parts: SaidPart[] = [];
  let length = 0;
  let imageBytes = 0;
  const bounded = (text: string) => {
    const rest = Math.max(0, MAX_QUESTION - length);
    length += text.length;
    return cut(text, rest, CUT_QUESTION);
  };
  const add = (block: UserBlock) => {
    if (length > MAX_QUESTION) return;
    if (block.type === 'text') parts.push({ kind: 'text', text: bounded(block.text) });
    else if (block.type === 'image') {
      const bytes = bytesOf(block.data);
      const isKept = bytes <= MAX_IMAGE_BYTES && imageBytes + bytes <= MAX_IMAGES_BYTES;
      if (isKept) imageBytes += bytes;
      const dataUrl = isKept ? `data:${block.mediaType};base64,${block.data}` : null;
      parts.push({ kind: 'image', mediaType: block.mediaType, bytes, dataUrl });
    } else if (block.type === 'document') {
      parts.push({ kind: 'document', title: cut(block.title ?? 'PDF', 200, '…'), bytes: bytesOf(block.data) });
    } else {
      const text = block.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
      parts.push({ kind: 'tool_result', id: block.toolUseId, isError: block.isError, text: bounded(text) });
      for (const part of block.content) if (part.type !== 'text') add(part);
    }
  };
  for (const block of blocks) add(block);
  return parts;
}

/** Of base64 data. */
function bytesOf(data: string): number {
  return Math.floor((data.length * 3) / 4) - (data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0);
}

function cut(text: string, length: number, note: string): string {
  return text.length <= length ? text : text.slice(0, length) + note;
}

/** What coding agents put in front of the user's words. */
const REMINDER = /<system-reminder>[\s\S]*?<\/system-reminder>/g;
/** More is not read to find the first words. */
const MAX_READ = 20_000;

/** @param last the message before the question, which names the tools. */
function askedLine(blocks: readonly UserBlock[], last: Message | undefined): string {
  const results: string[] = [];
  for (const block of blocks) {
    if (block.type === 'text') {
      const line = block.text.slice(0, MAX_READ).replace(REMINDER, '').trim().replace(/\s+/g, ' ');
      if (line !== '') return maskKeys(firstCharacters(line));
    } else if (block.type === 'tool_result') results.push(toolName(last, block.toolUseId));
  }
  if (results.length > 0) return firstCharacters(`result of ${[...new Set(results)].join(', ')}`);
  const [first] = blocks;
  return first?.type === 'image' || first?.type === 'document' ? `[${first.type}]` : '';
}

function toolName(last: Message | undefined, id: string): string {
  const blocks = last?.role === 'assistant' ? last.content : [];
  return blocks.flatMap((block) => (block.type === 'tool_use' && block.id === id ? [block.name] : []))[0] ?? 'a tool';
}

/** Whole characters, so that none is cut in half. */
function firstCharacters(line: string): string {
  const characters = [...line.slice(0, MAX_ASKED * 2)];
  return characters.length <= MAX_ASKED ? line : `${characters.slice(0, MAX_ASKED - 1).join('')}…`;
}
