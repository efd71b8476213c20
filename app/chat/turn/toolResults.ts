/** Reads the tool results that resume a waiting turn from a request. */
import type { McpToolContent, McpToolResult } from '../../claude/process/tools/clientTools';
import type { Message, ToolResultBlock } from '../request';

/**
 * The results of the tool calls in the model's last answer, in the order of the calls; undefined where one is missing or
 * the client sends anything else too: a waiting turn takes results only, so such a request needs another process.
 */
export function toolResults(
  history: readonly Message[],
  newMessages: readonly Message[],
): readonly McpToolResult[] | undefined {
  const last = history.at(-1);
  if (last?.role !== 'assistant') return undefined;
  const calls = last.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
  const blocks = newMessages.flatMap(({ content }) => [...content]);
  const results = blocks.filter((block): block is ToolResultBlock => block.type === 'tool_result');
  if (calls.length === 0 || blocks.length !== results.length || results.length !== calls.length) return undefined;
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
