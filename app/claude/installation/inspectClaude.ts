/** Runs the CLI's commands outside a conversation: its version, the account that is signed in, and the sign-in itself. */
import spawn from 'cross-spawn';
import { z } from 'zod';

/** The first version that answers as the app needs it (context/CLAUDE_PROTOCOL.md, "Versions"). */
export const MINIMUM_VERSION = '2.1.280';

export interface Account {
  readonly loggedIn: boolean;
  /** `claude.ai`, `api_key`, `oauth_token`, `none`… */
  readonly authMethod: string;
  readonly email: string | undefined;
}

/** Runs `claude --version`. @throws Error where the program fails or prints no version. */
export async function readVersion(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout, stderr, code } = await run(command, ['--version'], env);
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
});

/** Runs `claude auth status`, whose exit code is 1 where no account is signed in. @throws Error where its output cannot be read. */
export async function readAccount(command: string, env: NodeJS.ProcessEnv): Promise<Account> {
  const { stdout, stderr } = await run(command, ['auth', 'status'], env);
  // The CLI may print other lines before the JSON.
  const jsonStart = stdout.indexOf('{');
  if (jsonStart === -1) throw new Error(stderr.trim() || 'claude auth status printed no JSON');
  const { loggedIn, authMethod, email } = AuthStatus.parse(JSON.parse(stdout.slice(jsonStart)));
  return { loggedIn, authMethod, email: email ?? undefined };
}

/** Runs `claude auth login`, which opens the browser. Resolves when the command has ended. @throws Error where it fails. */
export async function signIn(command: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { code, stderr, stdout } = await run(command, ['auth', 'login'], env, SIGN_IN_TIMEOUT_MS);
  if (code !== 0) throw new Error(stderr.trim() || stdout.trim() || `claude auth login ended with code ${code}`);
}

const TIMEOUT_MS = 15_000;
const SIGN_IN_TIMEOUT_MS = 10 * 60_000;
const MAX_OUTPUT_CHARS = 256 * 1024;

interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv, timeoutMs = TIMEOUT_MS): Promise<CommandOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env,
      timeout: timeoutMs,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-MAX_OUTPUT_CHARS);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MAX_OUTPUT_CHARS);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal) reject(new Error(`${args.join(' ')} did not answer within ${timeoutMs / 1000} s`));
      else resolve({ stdout, stderr, code });
    });
  });
}
