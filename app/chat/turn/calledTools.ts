/**
 * The API refuses a history with tool calls where the request defines no tools ("Requests which include `tool_use` or
 * `tool_result` blocks must define tools"). Some clients leave the definitions out when they do not need the tools any more.
 */
import type { ChatRequest, Message } from '../request';

/** Adds a placeholder for each tool that the messages call to a request that defines no tools. The model may not call the placeholders. */
export function defineCalledTools(request: ChatRequest, messages: readonly Message[]): ChatRequest {
  // The CLI binds an answer to a schema by a tool of its own, so such a request does define a tool.
  if (request.tools?.length || request.schema) return request;
  const blocks = messages.flatMap(({ role, content }) => (role === 'assistant' ? content : []));
  const names = new Set(blocks.flatMap((block) => (block.type === 'tool_use' ? [block.name] : [])));
  if (names.size === 0) return request;
  const tools = [...names].map((name) => ({
    name,
    description: 'No longer available.',
    inputSchema: { type: 'object', properties: {} },
  }));
  return { ...request, tools, toolChoice: { type: 'none' } };
}
