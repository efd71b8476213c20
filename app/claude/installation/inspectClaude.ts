/** What can be learnt of the CLI without a conversation: its version and who is signed in. */
import spawn from 'cross-spawn';
import { z } from 'zod';

/** The first that delivers a client's text as written (context/CLAUDE_PROTOCOL.md, "Versions"). */
export const MINIMUM_VERSION = '2.1.250';

export interface Account {
  readonly loggedIn: boolean;
  /** `claude.ai`, `api_key`, `oauth_token`, `none`… */
  readonly authMethod: string;
  readonly email: string | undefined;
}

/** @throws Error where the program does not answer like the CLI. */
export async function readVersion(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout, stderr, code } = await run(command, ['--version'], env);
  const version = /(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (!version) throw new Error(stderr.trim() || `it printed no version (exit code ${code})`);
  return version;
}

export function isSupportedVersion(version: string): boolean {
  return isAtLeast(version, MINIMUM_VERSION);
}

/** Both as three numbers with dots between. */
export function isAtLeast(version: string, other: string): boolean {
  const [have, least] = [version, other].map((text) => text.split('.').map(Number));
  for (const [index, part] of (least ?? []).entries()) {
    const difference = (have?.[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

const status = z.object({
  loggedIn: z.boolean(),
  authMethod: z.string().default('unknown'),
  email: z.string().nullish(),
});

/** Runs `claude auth status`. @throws Error where its answer cannot be read. */
export async function readAccount(command: string, env: NodeJS.ProcessEnv): Promise<Account> {
  const { stdout, stderr } = await run(command, ['auth', 'status'], env);
  const from = stdout.indexOf('{');
  if (from === -1) throw new Error(stderr.trim() || 'claude auth status printed no JSON');
  const { loggedIn, authMethod, email } = status.parse(JSON.parse(stdout.slice(from)));
  return { loggedIn, authMethod, email: email ?? undefined };
}

/** Runs `claude auth login`, which opens the browser; resolves when it has ended. Rejects where it failed. */
export async function signIn(command: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { code, stderr, stdout } = await run(command, ['auth', 'login'], env, SIGN_IN_TIMEOUT_MS);
  if (code !== 0) throw new Error(stderr.trim() || stdout.trim() || `claude auth login ended with code ${code}`);
}

const TIMEOUT_MS = 15_000;
const SIGN_IN_TIMEOUT_MS = 10 * 60_000;
const OUTPUT_KEPT = 256 * 1024;

interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv, timeout = TIMEOUT_MS): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, timeout, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-OUTPUT_KEPT);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-OUTPUT_KEPT);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal) reject(new Error(`${args.join(' ')} did not answer within ${timeout / 1000} s`));
      else resolve({ stdout, stderr, code });
    });
  });
}
