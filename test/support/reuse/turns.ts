/** Turns of a conversation whose answers `answerByDirective` chooses. */
import type { ClaudeProcess } from '../../../app/claude/process/claudeProcess';
import type { ApiBlock, ApiMessage } from '../../../app/claude/process/outgoingMessages';
import type { McpToolDefinition, McpToolResult } from '../../../app/claude/process/tools/clientTools';
import type { TurnEvent } from '../../../app/claude/process/turnEvents';

export const NEVER = new AbortController().signal;

export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF_TEXT =
  '%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
  '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF';

export const IMAGE: ApiBlock = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } };
export const DOCUMENT: ApiBlock = {
  type: 'document',
  source: { type: 'base64', media_type: 'application/pdf', data: Buffer.from(PDF_TEXT).toString('base64') },
  title: 'The title',
};

export type Content = string | ApiBlock[];

export function say(role: ApiMessage['role'], content: Content): ApiMessage {
  return { role, content: blocks(content) };
}

export function tool(name: string, description = `Tells ${name}.`, property = 'x'): McpToolDefinition {
  return { name, description, inputSchema: { type: 'object', properties: { [property]: { type: 'string' } } } };
}

/** Result of the n-th call of an answer. */
export type ToolResults = (index: number) => McpToolResult;

const plainResult: ToolResults = (index) => textResult(`Result ${index}.`);

export function textResult(text: string, isError = false): McpToolResult {
  return { content: [{ type: 'text', text }], isError };
}

/** Asks, answers the tool calls, and returns the events of the turn. */
export async function ask(
  process: ClaudeProcess,
  content: Content,
  results: ToolResults = plainResult,
): Promise<TurnEvent[]> {
  const events: TurnEvent[] = [];
  for await (const event of process.runTurn(blocks(content), NEVER)) {
    events.push(event);
    if (event.type === 'tool_end') process.sendToolResult(event.id, results(event.index));
  }
  return events;
}

/** Asks, and interrupts the turn at the first event of this type. Returns the events up to it. */
export async function askUntil(
  process: ClaudeProcess,
  content: Content,
  type: TurnEvent['type'],
): Promise<TurnEvent[]> {
  const events: TurnEvent[] = [];
  for await (const event of process.runTurn(blocks(content), NEVER)) {
    events.push(event);
    if (event.type === type) break;
  }
  return events;
}

/** Asks, waits until the CLI has surely called the tools, and interrupts the turn. Returns the ids of the calls. */
export async function leaveToolsOpen(
  process: ClaudeProcess,
  content: Content,
  duringWait = (_ids: readonly string[]) => {},
): Promise<string[]> {
  const ids: string[] = [];
  for await (const event of process.runTurn(blocks(content), NEVER)) {
    if (event.type === 'tool_end') ids.push(event.id);
    if (event.type !== 'stop') continue;
    await new Promise((resolve) => setTimeout(resolve, 40));
    duringWait(ids);
    await new Promise((resolve) => setTimeout(resolve, 20));
    break;
  }
  return ids;
}

function blocks(content: Content): ApiBlock[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}
