/** Runs the CLI's commands outside a conversation: its version, and the account that is signed in. */
import { setMaxListeners } from 'node:events';
import { z } from 'zod';
import { type CommandOutput, runCommand } from './runCommand';

/** The first version that answers as the app needs it (context/CLAUDE_PROTOCOL.md, "Versions"). */
export const MINIMUM_VERSION = '2.1.280';

export interface Account {
  readonly loggedIn: boolean;
  /** `claude.ai`, `api_key`, `oauth_token`, `none`… */
  readonly authMethod: string;
  readonly email: string | undefined;
  /** `firstParty` for Anthropic's own API, else `bedrock`, `vertex`… */
  readonly apiProvider?: string | undefined;
  /** Where an API key comes from: `ANTHROPIC_API_KEY`, `/login managed key`, `apiKeyHelper`. */
  readonly apiKeySource?: string | undefined;
  /** The plan: `pro`, `max`… */
  readonly subscriptionType?: string | undefined;
}

/** Runs `claude --version`. @throws Error where the program fails or prints no version; the signal's reason where it is aborted. */
export async function readVersion(command: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string> {
  const { stdout, stderr, code } = await run(command, ['--version'], env, signal);
  const version = /(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (!version) throw new Error(stderr.trim() || `it printed no version (exit code ${code})`);
  return version;
}

export function isSupportedVersion(version: string): boolean {
  return isAtLeast(version, MINIMUM_VERSION);
}

/** Compares versions such as `2.1.280` number by number. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [actual, required] = [version, minimum].map((text) => text.split('.').map(Number));
  for (const [index, part] of (required ?? []).entries()) {
    const difference = (actual?.[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

const AuthStatus = z.object({
  loggedIn: z.boolean(),
  authMethod: z.string().default('unknown'),
  email: z.string().nullish(),
  apiProvider: z.string().nullish(),
  apiKeySource: z.string().nullish(),
  subscriptionType: z.string().nullish(),
});

/**
 * Runs `claude auth status`, whose exit code is 1 where no account is signed in. The user's settings are left out, as they are for the processes
 * that answer: their variables, such as the address of this app for the user's own Claude Code, would count as a sign-in.
 * @throws Error where its output cannot be read; the signal's reason where it is aborted.
 */
export async function readAccount(command: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Account> {
  const { stdout, stderr } = await run(command, ['--setting-sources=', 'auth', 'status'], env, signal);
  // The CLI may print other lines before the JSON.
  const jsonStart = stdout.indexOf('{');
  if (jsonStart === -1) throw new Error(stderr.trim() || 'claude auth status printed no JSON');
  const status = AuthStatus.parse(JSON.parse(stdout.slice(jsonStart)));
  return {
    loggedIn: status.loggedIn,
    authMethod: status.authMethod,
    email: status.email ?? undefined,
    apiProvider: status.apiProvider ?? undefined,
    apiKeySource: status.apiKeySource ?? undefined,
    subscriptionType: status.subscriptionType ?? undefined,
  };
}

/** Under a second is usual; a slow computer may need several. */
const TIMEOUT_MS = 15_000;

function run(command: string, args: string[], env: NodeJS.ProcessEnv, signal = NEVER): Promise<CommandOutput> {
  return runCommand(command, args, { env, timeoutMs: TIMEOUT_MS, signal });
}

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
