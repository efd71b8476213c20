/**
 * Recognizes Open WebUI's tasks: requests for a chat's title, tags, follow-up questions or tools, which it sends under the
 * chat's own name (context/OPENWEBUI_COMPATIBILITY.md). Their answers must not become part of the conversation.
 */
import type { ChatRequest, Message } from '../../chat/request';
import type { ReadHeader, RequestSettings } from '../dialect';

/** The parts of a request by which a task is recognized. */
interface TaskCandidate {
  readonly system: string;
  readonly messages: readonly Message[];
  readonly stream: boolean;
  readonly hasTools: boolean;
}

/** The fields of a `ChatRequest` that a task has otherwise than a chat. */
type TaskFields = Pick<ChatRequest, 'ephemeral' | 'thinking' | 'withoutThinking' | 'effort' | 'preferredModel'>;

/**
 * The fields that the request has because it is a task; none for a chat. They replace what the client requests: a title, tags, follow-up
 * questions, a search query or a choice of tools need no thinking, and the user's settings can name a model for them. Texts that the user
 * reads or that replace a chat (an answer merged from several, a summary, memories) are written like an answer in a chat.
 */
export function taskFields(
  request: TaskCandidate,
  header: ReadHeader,
  { taskModel }: Pick<RequestSettings, 'taskModel'>,
): Partial<TaskFields> {
  if (!isTask(request, header)) return { ephemeral: false };
  if (!isShortTask(request, header)) return { ephemeral: true };
  const model = taskModel();
  const effort = { thinking: false, withoutThinking: true, effort: 'low' } as const;
  return { ephemeral: true, ...effort, ...(model !== '' && { preferredModel: model }) };
}

/** Open WebUI's names of the tasks whose answers are short. */
const SHORT_TASKS: ReadonlySet<string> = new Set([
  'title_generation',
  'tags_generation',
  'follow_up_generation',
  'query_generation',
  'emoji_generation',
  'image_prompt_generation',
  'autocomplete_generation',
  'function_calling',
]);

/** @param request one that `isTask` recognizes. */
function isShortTask(request: TaskCandidate, header: ReadHeader): boolean {
  if (SHORT_TASKS.has(header('x-claudacity-task') ?? '') || isToolSelectionTask(request, header)) return true;
  const message = loneUserMessage(request);
  return message !== undefined && asksForJson(textOf(message));
}

/**
 * Whether the request is a task about a chat rather than a part of that chat. Any program can say so in the header
 * `X-Claudacity-Task`; without it, the form of Open WebUI's prompt templates decides. A request that is in doubt counts as
 * chat: Open WebUI also puts `### Task:` ahead of a question about documents.
 */
export function isTask(request: TaskCandidate, header: ReadHeader): boolean {
  const task = header('x-claudacity-task');
  // Open WebUI sends an unset variable as its placeholder or as `None`.
  if (task && !task.includes('{{') && task !== 'None') return true;
  const message = loneUserMessage(request);
  if (message === undefined) return false;
  if (isToolSelectionTask(request, header)) return true;
  return isTaskTemplate(textOf(message)) || request.system.includes("Open WebUI's private memory reviewer");
}

/**
 * Whether the request is the one by which Open WebUI's legacy mode lets the model choose tools; `toolSelectionWire` writes
 * its answer. Administrators can reword the system prompt and put text ahead of it; the form of the question is fixed.
 */
export function isToolSelectionTask(request: TaskCandidate, header: ReadHeader): boolean {
  const { system } = request;
  const message = loneUserMessage(request);
  if (message === undefined) return false;
  if (header('x-claudacity-task') === 'function_calling' || system.startsWith('Available Tools:')) return true;
  const [first] = message.content;
  const isQuery = first?.type === 'text' && /^(History|Query):/.test(first.text);
  return isQuery && system.includes('tool_calls') && /\bJSON\b/i.test(system);
}

/** A task is a single user message, without tools and not streamed; undefined for any other request. */
function loneUserMessage({ messages, stream, hasTools }: TaskCandidate): Message | undefined {
  const [message] = messages;
  return !stream && !hasTools && messages.length === 1 && message?.role === 'user' ? message : undefined;
}

function textOf({ content }: Message): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

/** Looks for the instructions ahead of the quoted chat only, since the chat itself can contain any text. */
function isTaskTemplate(text: string): boolean {
  const [instructions = ''] = text.trimStart().split(/<chat_history>|### Previous Summary:/, 1);
  if (!instructions.startsWith('### Task:') || instructions.includes('<context>')) return false;
  return asksForJson(text) || text.includes('### Messages Being Compacted:');
}

function asksForJson(text: string): boolean {
  return text.includes('### Output:') && text.includes('JSON format:');
}
