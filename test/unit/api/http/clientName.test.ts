import { expect, test } from 'vitest';
import { clientName } from '../../../../app/api/http/clientName';

test.each([
  ['ollama-js', { 'user-agent': 'ollama-js/0.6.4 (x64 linux Node.js/v20.20.2)' }],
  ['ollama-python', { 'user-agent': 'ollama-python/0.6.0 (x86_64 linux) Python/3.12.1' }],
  ['openai-node', { 'user-agent': 'OpenAI/JS 6.49.0' }],
  ['openai-python', { 'user-agent': 'AsyncOpenAI/Python 2.3.0' }],
  ['Open WebUI', { 'user-agent': 'Python/3.11 aiohttp/3.12', 'x-openwebui-chat-id': 'x' }],
  ['aiohttp', { 'user-agent': 'Python/3.11 aiohttp/3.12' }],
  ['opencode', { 'user-agent': 'opencode/1.18.33 ai-sdk/provider-utils/4.0.1 runtime/bun/1.3.5' }],
  ['AI SDK', { 'user-agent': 'ai/6.0.324 ai-sdk/provider-utils/4.0.1 runtime/node.js/20' }],
  ['curl', { 'user-agent': 'curl/8.5.0' }],
  ['Firefox', { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }],
  ['Chrome', { 'user-agent': 'Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36' }],
  ['GitHub Copilot', { 'user-agent': 'GitHubCopilotChat/0.31' }],
  ['Obsidian', { origin: 'app://obsidian.md', 'user-agent': 'Mozilla/5.0 Electron/30' }],
  ['Cline', { 'x-title': 'Cline', 'user-agent': 'node' }],
  ['my-script', { 'user-agent': 'my-script/1.0 (beta)' }],
  ['unknown', {}],
])('recognizes %s', (name, headers) => {
  expect(clientName(headers)).toBe(name);
});
