/** Names the program that sent a request, for the window and the log, from its User-Agent and from headers of its own. */
import type { IncomingHttpHeaders } from 'node:http';

const MAX_LENGTH = 40;

/** A short name such as `ollama-js`, `Open WebUI` or `curl`; `unknown` where the headers name no program. */
export function clientName(headers: IncomingHttpHeaders): string {
  const names = Object.keys(headers);
  if (names.some((name) => name.startsWith('x-openwebui-'))) return 'Open WebUI';
  // OpenRouter's convention; Cline, Roo Code and others send it to every server.
  const title = headers['x-title'];
  if (typeof title === 'string' && title.trim() !== '') return shorten(title);
  if (headers.origin?.startsWith('app://obsidian.md')) return 'Obsidian';
  const userAgent = headers['user-agent'] ?? '';
  const known = KNOWN_AGENTS.find(([pattern]) => pattern.test(userAgent));
  return known ? known[1] : firstToken(userAgent);
}

/** The first match counts: browsers include each other's names, so the more specific patterns come first. */
const KNOWN_AGENTS: readonly (readonly [RegExp, string])[] = [
  [/^ollama-js\//i, 'ollama-js'],
  [/^ollama-python\//i, 'ollama-python'],
  [/^ollama\//i, 'ollama'],
  [/^(Azure|Async)?OpenAI\/JS/, 'openai-node'],
  [/^(Async)?(Azure)?OpenAI\/Python/, 'openai-python'],
  [/^Anthropic\/JS/, 'anthropic-node'],
  [/^(Async)?Anthropic\/Python/, 'anthropic-python'],
  [/^opencode\//, 'opencode'],
  [/ai-sdk\//, 'AI SDK'],
  [/^GitHubCopilotChat\//, 'GitHub Copilot'],
  [/^codex[_-]/i, 'Codex'],
  [/^claude-cli\//, 'Claude Code'],
  [/^HomeAssistant\//i, 'Home Assistant'],
  [/\baiohttp\//, 'aiohttp'],
  [/^(node|undici)$/, 'Node.js'],
  [/\bElectron\//, 'Electron'],
  [/^Mozilla\/.*\bFirefox\//, 'Firefox'],
  [/^Mozilla\/.*\bEdg\//, 'Edge'],
  [/^Mozilla\/.*\b(Chrome|Chromium)\//, 'Chrome'],
  [/^Mozilla\/.*\bSafari\//, 'Safari'],
];

function firstToken(userAgent: string): string {
  const token = userAgent.trim().split(/[\s/]/)[0];
  return token === undefined || token === '' ? 'unknown' : shorten(token);
}

function shorten(name: string): string {
  return name.trim().slice(0, MAX_LENGTH);
}
