/** Whether a request brings what a waiting turn waits for: the results of the calls that the model made last, and nothing besides. */
import type { McpToolContent, McpToolResult } from '../../claude/process/clientTools';
import type { Message, ToolResultBlock } from '../request';

/**
 * The results in the order of the calls; undefined where one is missing or something else is said too, which only a
 * process of its own can be told.
 */
export function toolResults(
  history: readonly Message[],
  question: readonly Message[],
): readonly McpToolResult[] | undefined {
  const last = history.at(-1);
  if (last?.role !== 'assistant') return undefined;
  const calls = last.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
  const said = question.flatMap(({ content }) => [...content]);
  const results = said.filter((block): block is ToolResultBlock => block.type === 'tool_result');
  if (calls.length === 0 || said.length !== results.length || results.length !== calls.length) return undefined;
  const ordered = calls.map((id) => results.find(({ toolUseId }) => toolUseId === id));
  return ordered.every((result) => result !== undefined) ? ordered.map(toolResult) : undefined;
}

function toolResult({ content, isError }: ToolResultBlock): McpToolResult {
  return { content: content.map(toolContent), isError };
}

function toolContent(block: ToolResultBlock['content'][number]): McpToolContent {
  if (block.type === 'text') return { type: 'text', text: block.text };
  return { type: 'image', data: block.data, mimeType: block.mediaType };
}
