/**
 * Recognizes Open WebUI's tasks: requests for a chat's title, tags, follow-up questions or tools, which it sends under the
 * chat's own name (context/OPENWEBUI_COMPATIBILITY.md). Their answers must not become part of the conversation.
 */
import type { Message } from '../../chat/request';
import type { ReadHeader } from '../dialect';

/** The parts of a request by which a task is recognized. */
interface TaskCandidate {
  readonly system: string;
  readonly messages: readonly Message[];
  readonly stream: boolean;
  readonly hasTools: boolean;
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
  const text = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  return isTaskTemplate(text) || request.system.includes("Open WebUI's private memory reviewer");
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

/** Looks for the instructions ahead of the quoted chat only, since the chat itself can contain any text. */
function isTaskTemplate(text: string): boolean {
  const [instructions = ''] = text.trimStart().split(/<chat_history>|### Previous Summary:/, 1);
  if (!instructions.startsWith('### Task:') || instructions.includes('<context>')) return false;
  const asksForJson = text.includes('### Output:') && text.includes('JSON format:');
  return asksForJson || text.includes('### Messages Being Compacted:');
}
