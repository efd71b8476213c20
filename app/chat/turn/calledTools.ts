/**
 * The API refuses a history with tool calls where the request defines no tools ("Requests which include `tool_use` or
 * `tool_result` blocks must define tools"). Clients that need their tools no more leave the definitions out all the same.
 */
import type { ChatRequest, Message } from '../request';

/** Where the request defines no tools, returns it with a placeholder for each tool that is called in the messages; the model may not call these. */
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
