/**
 * The API refuses a history with calls in it where no tools are defined ("Requests which include `tool_use` or
 * `tool_result` blocks must define tools"). Clients that are done with their tools leave them out all the same.
 */
import type { ChatRequest, Message } from '../request';

/** The request, with a stand-in for each tool that its history calls where it offers none; the model may call none of them. */
export function defineCalledTools(request: ChatRequest, messages: readonly Message[]): ChatRequest {
  // What binds an answer to a schema is a tool.
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
