/** An MCP server on stdio with one tool, which Claude Code offers to the model as `mcp__stock__count`. */
import { createInterface } from 'node:readline';

const COUNT = {
  name: 'count',
  description: 'Counts the pieces of an article in the warehouse.',
  inputSchema: { type: 'object', properties: { article: { type: 'string' } }, required: ['article'] },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const result = resultOf(method, params);
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
});

/** @param {string} method @param {any} params */
function resultOf(method, params) {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'stock', version: '1' },
      };
    case 'tools/list':
      return { tools: [COUNT] };
    case 'tools/call':
      return { content: [{ type: 'text', text: `4711 ${params.arguments.article} are in stock` }] };
    default:
      return {};
  }
}
