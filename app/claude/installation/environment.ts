/**
 * The environment that a child gets: the user's own, without what would point it back at this app or make it a part of
 * another session, and with what keeps a conversation exactly as the client sent it.
 */
import os from 'node:os';

/** Set by programs that run inside a `claude` session, or by Electron for its own children; none is meant for ours. */
const NOT_INHERITED = [
  'CLAUDECODE',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_SSE_PORT',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_CODE_CHILD_SESSION',
  'CLAUDE_CODE_EXTRA_BODY',
  'CLAUDE_CODE_MAX_OUTPUT_TOKENS',
  'CLAUDE_PATH',
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_NO_ASAR',
  'NODE_OPTIONS',
  'HOST',
  'PORT',
];

/** Each is backed by context/CLAUDE_PROTOCOL.md, "Environment". */
const ALWAYS: NodeJS.ProcessEnv = {
  // A second line of defence behind `client_composed`.
  CLAUDE_CODE_DISABLE_FILE_MENTIONS: '1',
  CLAUDE_CODE_DISABLE_ATTACHMENTS: '1',
  // An answer that breaks off must not be followed by a second one, from this model or from another.
  CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: '1',
  CLAUDE_CODE_NO_MODEL_FALLBACK: '1',
  CLAUDE_CODE_DISABLE_REFUSAL_FALLBACK: '1',
  CLAUDE_CODE_DISABLE_REFUSAL_RETRY: '1',
  // A summary in place of the client's turns is no longer the client's history.
  DISABLE_COMPACT: '1',
  DISABLE_AUTO_COMPACT: '1',
  CLAUDE_CODE_DISABLE_AUTO_MEMORY: '1',
  // Enough for a passing fault; a client that wants more asks again itself.
  CLAUDE_CODE_MAX_RETRIES: '2',
  CLAUDE_AGENT_SDK_MCP_NO_PREFIX: '1',
  // A client's tool of that name would have the CLI keep all others from the model until they are searched for.
  ENABLE_TOOL_SEARCH: 'false',
  // Beside a client's tool called Agent the CLI would tell the model of agents that the client does not have.
  CLAUDE_AGENT_SDK_DISABLE_BUILTIN_AGENTS: '1',
  // The client has its own idea of how long a tool may take, and hangs up when that is over.
  MCP_TOOL_TIMEOUT: '86400000',
  DISABLE_AUTOUPDATER: '1',
};

/** @param ownPorts the ports that this app listens on: an ANTHROPIC_BASE_URL that names one of them is an endless loop. */
export function childEnvironment(env: NodeJS.ProcessEnv, ownPorts: readonly number[]): NodeJS.ProcessEnv {
  const child: NodeJS.ProcessEnv = { ...env };
  for (const name of NOT_INHERITED) delete child[name];
  if (pointsAt(env.ANTHROPIC_BASE_URL, ownPorts)) {
    delete child.ANTHROPIC_BASE_URL;
    delete child.ANTHROPIC_AUTH_TOKEN;
    delete child.ANTHROPIC_API_KEY;
  }
  return { ...child, ...ALWAYS };
}

function pointsAt(text: string | undefined, ports: readonly number[]): boolean {
  const url = parse(text);
  if (!url) return false;
  const { hostname, port, protocol } = url;
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  return ports.includes(number) && isThisMachine(hostname.replace(/^\[|\]$/g, '').toLowerCase());
}

/** `URL.canParse` is newer than the oldest Node that this runs on. */
function parse(text: string | undefined): URL | undefined {
  try {
    return text ? new URL(text) : undefined;
  } catch {
    return undefined;
  }
}

function isThisMachine(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1' || host === '0.0.0.0' || host === '::')
    return true;
  if (host.startsWith('127.') || host === os.hostname().toLowerCase()) return true;
  return Object.values(os.networkInterfaces()).some((list) => list?.some(({ address }) => address === host));
}
