/** The window says who asks. Programs tell in their User-Agent or in headers of their own; what none of them tells is not guessed. */
import type { IncomingHttpHeaders } from 'node:http';

const LONGEST_NAME = 40;

/** A short name of the program that sent the headers: `ollama-js`, `Open WebUI`, `curl`; `unknown` where nothing says. */
export function clientName(headers: IncomingHttpHeaders): string {
  const names = Object.keys(headers);
  if (names.some((name) => name.startsWith('x-openwebui-'))) return 'Open WebUI';
  // OpenRouter's convention, which Cline, Roo Code and others follow everywhere.
  const title = headers['x-title'];
  if (typeof title === 'string' && title.trim() !== '') return shorten(title);
  if (headers.origin?.startsWith('app://obsidian.md')) return 'Obsidian';
  const userAgent = headers['user-agent'] ?? '';
  const known = KNOWN.find(([pattern]) => pattern.test(userAgent));
  return known ? known[1] : firstToken(userAgent);
}

/** In this order: browsers name each other, so the more particular comes first. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^ollama-js\//i, 'ollama-js'],
  [/^ollama-python\//i, 'ollama-python'],
  [/^ollama\//i, 'ollama'],
  [/^(Azure|Async)?OpenAI\/JS/, 'openai-node'],
  [/^(Async)?(Azure)?OpenAI\/Python/, 'openai-python'],
  [/^Anthropic\/JS/, 'anthropic-node'],
  [/^(Async)?Anthropic\/Python/, 'anthropic-python'],
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
  return name.trim().slice(0, LONGEST_NAME);
}
