/**
 * The client's tools, offered to the CLI over its own pipe as a server of the Model Context Protocol. A call stays open
 * for as long as the client needs to run the tool, and the turn waits (context/CLAUDE_PROTOCOL.md, "Client tools").
 */
import { z } from 'zod';
import type { IncomingControlRequest } from './messages';

export interface McpToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

export type McpToolContent = { type: 'text'; text: string } | { type: 'image'; data: string; mimeType: string };

export interface McpToolResult {
  readonly content: readonly McpToolContent[];
  readonly isError: boolean;
}

export interface ClientTools {
  /** What `initialize` is told of them. */
  readonly manifest: object;
  /** Answers what the CLI asks of the server; a call when its result is there. */
  serve(request: IncomingControlRequest): Promise<unknown>;
  /** The result of a call, by the id that the model gave it; it may come before the CLI has made the call. */
  answer(toolUseId: string, result: McpToolResult): void;
}

export const CLIENT_SERVER = 'client';

const INITIALIZED = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: CLIENT_SERVER, version: '1' },
};

const Message = z.object({
  subtype: z.literal('mcp_message'),
  message: z.looseObject({
    id: z.union([z.string(), z.number()]).nullish(),
    method: z.string(),
    params: z
      .looseObject({
        name: z.string().optional(),
        _meta: z.looseObject({ 'claudecode/toolUseId': z.string().optional() }).optional(),
      })
      .optional(),
  }),
});

const Permission = z.object({ subtype: z.literal('can_use_tool'), tool_name: z.string(), input: z.unknown() });

export function createClientTools(definitions: readonly McpToolDefinition[]): ClientTools {
  const results = new Map<string, McpToolResult>();
  const open = new Map<string, (result: McpToolResult) => void>();
  const tools = definitions.map(({ name, description, inputSchema }) => ({
    name,
    description,
    inputSchema,
    // Without it the CLI makes the calls of one answer one after the other, each when the one before has its result.
    annotations: { readOnlyHint: true },
  }));

  const call = (id: string): Promise<McpToolResult> => {
    const known = results.get(id);
    results.delete(id);
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => open.set(id, resolve));
  };

  return {
    manifest: { [CLIENT_SERVER]: { initializeResult: INITIALIZED, toolsListResult: { tools } } },
    serve: async ({ request }) => {
      const permission = Permission.safeParse(request);
      if (permission.success) {
        const { tool_name: name, input } = permission.data;
        const known = tools.some((tool) => tool.name === name || name === `mcp__${CLIENT_SERVER}__${tool.name}`);
        return known
          ? { behavior: 'allow', updatedInput: input }
          : { behavior: 'deny', message: 'Not available here.' };
      }
      const { message } = Message.parse(request);
      const reply = (result: unknown) => ({ mcp_response: { jsonrpc: '2.0', id: message.id ?? null, result } });
      switch (message.method) {
        case 'initialize':
          return reply(INITIALIZED);
        case 'tools/list':
          return reply({ tools });
        case 'tools/call': {
          const id = message.params?._meta?.['claudecode/toolUseId'];
          if (id === undefined) throw new Error('the call has no id');
          return reply(await call(id));
        }
        default:
          return reply({});
      }
    },
    answer: (id, result) => {
      const waiting = open.get(id);
      open.delete(id);
      if (waiting) waiting(result);
      else results.set(id, result);
    },
  };
}
