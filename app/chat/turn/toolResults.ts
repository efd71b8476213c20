/** Reads the tool results that resume a waiting turn from a request. */
import type { McpToolContent, McpToolResult } from '../../claude/process/tools/clientTools';
import type { ImageBlock, Message, TextBlock, ToolResultBlock } from '../request';

/**
 * The results of the tool calls in the model's last answer, in the order of the calls; undefined where one is missing or would not reach
 * the model as it is, or the client sends anything else too: such a request needs another process. (The CLI would write a document to a file,
 * and give the model the file's path. Of an error it takes the text alone.)
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
  const read = ordered.map((result) => result && toolResult(result));
  return read.every((result) => result !== undefined) ? read : undefined;
}

function toolResult({ content, isError }: ToolResultBlock): McpToolResult | undefined {
  const blocks = content.filter((block) => block.type !== 'document');
  const isText = content.length === 1 && content[0]?.type === 'text' && content[0].text.trim() !== '';
  return blocks.length === content.length && (isText || !isError)
    ? { content: blocks.map(toolContent), isError }
    : undefined;
}

function toolContent(block: TextBlock | ImageBlock): McpToolContent {
  if (block.type === 'text') return { type: 'text', text: block.text };
  return { type: 'image', data: block.data, mimeType: block.mediaType };
}
