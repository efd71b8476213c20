/** The client's tools as a server of the Model Context Protocol. test/api/tools.test.ts has the CLI call them. */
import { describe, expect, test } from 'vitest';
import { createClientTools, type McpToolDefinition } from '../../../../../app/claude/process/tools/clientTools';

const FIRST = [tool('first')];
const SECOND = [tool('second')];
const RESULT = { content: [{ type: 'text', text: 'found' }], isError: false } as const;

describe('tools', () => {
  test('equal the same definitions only', () => {
    const tools = createClientTools(FIRST);

    expect(tools.equals([tool('first')])).toBe(true);
    expect(tools.equals(SECOND)).toBe(false);
    expect(tools.equals([...FIRST, ...SECOND])).toBe(false);
  });

  test('that were replaced equal none, since the CLI may still offer those before', () => {
    const tools = createClientTools(FIRST);
    tools.replace(SECOND);

    expect(tools.equals(SECOND)).toBe(false);
    tools.replace(FIRST);
    expect(tools.equals(FIRST)).toBe(false);
  });

  test('that were replaced by the same ones are still equal', () => {
    const tools = createClientTools(FIRST);

    expect(tools.replace([tool('first')])).toBe(false);
    expect(tools.equals(FIRST)).toBe(true);
  });
});

describe('the result of a call', () => {
  test('may come before the CLI makes the call', async () => {
    const tools = createClientTools(FIRST);
    tools.resolveCall('toolu_1', RESULT);

    expect(await call(tools)).toMatchObject({ mcp_response: { result: RESULT } });
  });

  test('that was never made goes to no later call of the same id once calls are forgotten', async () => {
    const tools = createClientTools(FIRST);
    tools.resolveCall('toolu_1', { ...RESULT, isError: true });
    tools.forgetCalls();
    const response = call(tools);
    tools.resolveCall('toolu_1', RESULT);

    expect(await response).toMatchObject({ mcp_response: { result: RESULT } });
  });

  test('goes to no call that was forgotten', async () => {
    const tools = createClientTools(FIRST);
    let forgotten: unknown;
    void call(tools).then((response) => {
      forgotten = response;
    });
    tools.forgetCalls();
    tools.resolveCall('toolu_1', RESULT);

    expect(await call(tools)).toMatchObject({ mcp_response: { result: RESULT } });
    expect(forgotten).toBeUndefined();
  });
});

function call(tools: ReturnType<typeof createClientTools>): Promise<unknown> {
  const params = { name: 'first', arguments: {}, _meta: { 'claudecode/toolUseId': 'toolu_1' } };
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
  const request = { subtype: 'mcp_message', server_name: tools.server, message };
  return tools.handleRequest({ type: 'control_request', request_id: 'r1', request });
}

function tool(name: string): McpToolDefinition {
  return { name, description: '', inputSchema: { type: 'object' } };
}
