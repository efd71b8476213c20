/**
 * Offers the client's tools to the CLI as a server of the Model Context Protocol, over the CLI's own pipe. The model's turn
 * waits while the client runs a tool, however long that takes (context/CLAUDE_PROTOCOL.md, "Client tools").
 */
import { z } from 'zod';
import type { IncomingControlRequest } from '../messages';
import { cliToolName } from './toolNames';

export interface McpToolDefinition {
  readonly name: string;
  readonly description: string;
  /** A JSON schema. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** `data` is base64. */
export type McpToolContent = { type: 'text'; text: string } | { type: 'image'; data: string; mimeType: string };

export interface McpToolResult {
  readonly content: readonly McpToolContent[];
  readonly isError: boolean;
}

export interface ClientTools {
  readonly server: ClientServer;
  readonly isEmpty: boolean;
  /** Whether the CLI offers the model these tools and no others. After `replace` it may still offer some of those before. */
  equals(definitions: readonly McpToolDefinition[]): boolean;
  /** The `sdkMcpServerManifests` of `initialize`. */
  readonly manifest: object;
  /**
   * Returns the payload of the response to a request of the CLI's. For a tool call, resolves when `resolveCall` has been called.
   * @throws Error where the request is not one that an MCP server answers.
   */
  handleRequest(request: IncomingControlRequest): Promise<unknown>;
  /**
   * Replaces the tools. Returns false where they are the same; otherwise the CLI must be sent `TOOLS_CHANGED`, upon which it lists
   * them anew.
   */
  replace(definitions: readonly McpToolDefinition[]): boolean;
  /** Whether there is a tool whose name is not among these. The CLI would go on to offer it after `replace`. */
  withdraws(definitions: readonly McpToolDefinition[]): boolean;
  /** Sets the result of a tool call, before or after the CLI has made the call. @param toolUseId the model's id of the call. */
  resolveCall(toolUseId: string, result: McpToolResult): void;
  /** Drops the calls that wait for a result, and the results that wait for a call. */
  forgetCalls(): void;
}

/**
 * The names that the MCP server has by turns: where the tools of a process are replaced between two conversations, a server of the
 * same name would keep the tools of the one before.
 */
export const CLIENT_SERVERS = ['clientA', 'clientB'] as const;
export type ClientServer = (typeof CLIENT_SERVERS)[number];

const INITIALIZE_RESULT = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: { listChanged: true } },
  serverInfo: { name: 'client', version: '1' },
};

/** The server's notification that its list of tools has changed. */
export const TOOLS_CHANGED = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' } as const;

const McpRequest = z.object({
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

/** Whether the CLI asks for the list of tools. */
export function isToolsListRequest({ request }: IncomingControlRequest): boolean {
  return McpRequest.safeParse(request).data?.message.method === 'tools/list';
}

const PermissionRequest = z.object({ subtype: z.literal('can_use_tool'), tool_name: z.string(), input: z.unknown() });

export function createClientTools(
  definitions: readonly McpToolDefinition[],
  server: ClientServer = CLIENT_SERVERS[0],
): ClientTools {
  /** Results that came before the CLI made the call, by the id of the call. */
  const earlyResults = new Map<string, McpToolResult>();
  /** Calls that wait for their result, by the id of the call. */
  const openCalls = new Map<string, (result: McpToolResult) => void>();
  let tools = definitions.map(mcpTool);
  let wasReplaced = false;

  const awaitResult = (toolUseId: string): Promise<McpToolResult> => {
    const result = earlyResults.get(toolUseId);
    earlyResults.delete(toolUseId);
    if (result) return Promise.resolve(result);
    return new Promise((resolve) => openCalls.set(toolUseId, resolve));
  };

  return {
    server,
    get isEmpty() {
      return tools.length === 0;
    },
    equals: (others) => !wasReplaced && JSON.stringify(others.map(mcpTool)) === JSON.stringify(tools),
    replace: (newDefinitions) => {
      const newTools = newDefinitions.map(mcpTool);
      const changed = JSON.stringify(newTools) !== JSON.stringify(tools);
      tools = newTools;
      wasReplaced ||= changed;
      return changed;
    },
    withdraws: (definitions) => {
      const names = new Set(definitions.map(({ name }) => cliToolName(name)));
      return tools.some(({ name }) => !names.has(name));
    },
    manifest: { [server]: { initializeResult: INITIALIZE_RESULT, toolsListResult: { tools } } },
    handleRequest: async ({ request }) => {
      const permission = PermissionRequest.safeParse(request);
      if (permission.success) {
        const { tool_name: name, input } = permission.data;
        const isOffered = tools.some((tool) => tool.name === name || name === `mcp__${server}__${tool.name}`);
        return isOffered
          ? { behavior: 'allow', updatedInput: input }
          : { behavior: 'deny', message: 'Not available here.' };
      }
      const { message } = McpRequest.parse(request);
      const payload = (result: unknown) => ({ mcp_response: { jsonrpc: '2.0', id: message.id ?? null, result } });
      switch (message.method) {
        case 'initialize':
          return payload(INITIALIZE_RESULT);
        case 'tools/list':
          return payload({ tools });
        case 'tools/call': {
          const toolUseId = message.params?._meta?.['claudecode/toolUseId'];
          if (toolUseId === undefined) throw new Error('the call has no id');
          return payload(await awaitResult(toolUseId));
        }
        default:
          return payload({});
      }
    },
    resolveCall: (toolUseId, result) => {
      const resolve = openCalls.get(toolUseId);
      openCalls.delete(toolUseId);
      if (resolve) resolve(result);
      else earlyResults.set(toolUseId, result);
    },
    forgetCalls: () => {
      openCalls.clear();
      earlyResults.clear();
    },
  };
}

function mcpTool({ name, description, inputSchema }: McpToolDefinition) {
  const cliName = cliToolName(name);
  return {
    name: cliName,
    // The client's other texts call the tool by its own name.
    description: cliName === name ? description : `${description}\n\nOther texts call this tool ${name}.`.trim(),
    inputSchema,
    // Without this hint the CLI makes the calls of one answer one at a time, each after the result of the one before.
    annotations: { readOnlyHint: true },
  };
}
