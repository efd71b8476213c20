/**
 * The environment of the CLI's processes: the variables of the user's that it needs, without those that would connect it to this app's
 * server, and with variables that keep the CLI from changing a client's conversation.
 */
import os from 'node:os';
import { inheritedVariables } from './inheritedVariables';
import { isAtLeast } from './inspectClaude';

/** context/CLAUDE_PROTOCOL.md, "Environment", says what happens without each. */
const FIXED_VALUES: NodeJS.ProcessEnv = {
  // Keep the CLI from reading files that a text mentions. `client_composed` does so, too; these are a second safeguard.
  CLAUDE_CODE_DISABLE_FILE_MENTIONS: '1',
  CLAUDE_CODE_DISABLE_ATTACHMENTS: '1',
  // After an answer that broke off, the CLI must not ask again, neither this model nor another.
  CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: '1',
  CLAUDE_CODE_NO_MODEL_FALLBACK: '1',
  CLAUDE_CODE_DISABLE_REFUSAL_FALLBACK: '1',
  CLAUDE_CODE_DISABLE_REFUSAL_RETRY: '1',
  // The CLI must not replace the client's history by a summary.
  DISABLE_COMPACT: '1',
  DISABLE_AUTO_COMPACT: '1',
  CLAUDE_CODE_DISABLE_AUTO_MEMORY: '1',
  // Enough for a short outage. A client that wants more attempts repeats its request.
  CLAUDE_CODE_MAX_RETRIES: '2',
  CLAUDE_AGENT_SDK_MCP_NO_PREFIX: '1',
  // Where the client has a tool called ToolSearch, the CLI would hide all other tools until the model searches for them.
  ENABLE_TOOL_SEARCH: 'false',
  // Where the client has a tool called Agent, the CLI would tell the model about its own agents, which the client does not have.
  CLAUDE_AGENT_SDK_DISABLE_BUILTIN_AGENTS: '1',
  // The client decides how long a tool may take, and disconnects after its own timeout.
  MCP_TOOL_TIMEOUT: '86400000',
  DISABLE_AUTOUPDATER: '1',
};

/** A thousand chunks of text then take the CLI 41 ms of CPU time instead of 56. The events are the same. */
const FAST_PATH: NodeJS.ProcessEnv = { CLAUDE_CODE_PLAIN_DELTA_FAST_PATH: '1' };
const FAST_PATH_VERSION = '2.1.315';

export interface ChildEnvironmentOptions {
  /**
   * The ports on which this app's server listens. An ANTHROPIC_BASE_URL with one of them is removed, since each request would come back to
   * this app for ever.
   */
  readonly ownPorts: readonly number[];
  /** Names of further variables that the user wants the CLI to get; `*` stands for any characters. */
  readonly passVariables?: readonly string[];
  /** The version of the CLI, where it is known. */
  readonly version?: string | undefined;
  readonly platform?: NodeJS.Platform;
}

export function childEnvironment(env: NodeJS.ProcessEnv, options: ChildEnvironmentOptions): NodeJS.ProcessEnv {
  const { ownPorts, passVariables = [], version, platform = process.platform } = options;
  const child = inheritedVariables(env, passVariables, platform);
  if (pointsToPort(env.ANTHROPIC_BASE_URL, ownPorts)) {
    delete child.ANTHROPIC_BASE_URL;
    delete child.ANTHROPIC_AUTH_TOKEN;
    delete child.ANTHROPIC_API_KEY;
  }
  const isFast = version !== undefined && isAtLeast(version, FAST_PATH_VERSION);
  return { ...child, ...FIXED_VALUES, ...(isFast && FAST_PATH) };
}

function pointsToPort(text: string | undefined, ports: readonly number[]): boolean {
  const url = parseUrl(text);
  if (!url) return false;
  const { hostname, port, protocol } = url;
  const portNumber = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  return ports.includes(portNumber) && isThisMachine(hostname.replace(/^\[|\]$/g, '').toLowerCase());
}

/** Node 18, which this app supports, has no `URL.canParse`. */
function parseUrl(text: string | undefined): URL | undefined {
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
  return Object.values(os.networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host));
}
