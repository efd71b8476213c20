/**
 * Which account pays where there are two: a subscription that is signed in, and an API key or a token in the environment, which the
 * CLI would use in place of the subscription without a word. The user decides with the setting `payWith`.
 */
import type { PayWith } from '../../shared/cli/payer';
import { cloudIsOn } from './inheritedVariables';
import { type Account, readAccount } from './inspectClaude';
import { gatewayHost } from './payer';

/** The variables that take precedence over a sign-in. */
const COMPETING = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'] as const;

export interface Accounts {
  /** The account where the environment is used as it is. */
  readonly environment: Account;
  /** Present where the variables of the environment hide a subscription. */
  readonly hidden?: HiddenSubscription | undefined;
}

export interface HiddenSubscription {
  /** The variables that hide it. */
  readonly variables: readonly string[];
  readonly account: Account;
}

/**
 * Reads the accounts with `claude auth status`: a second time, without the variables, where they are set.
 * @param env the environment of the CLI's processes, with the variables.
 * @param apiHosts hosts of Anthropic's API besides its own, for tests.
 * @throws as `readAccount`.
 */
export async function readAccounts(
  command: string,
  env: NodeJS.ProcessEnv,
  apiHosts: readonly string[],
  signal: AbortSignal,
): Promise<Accounts> {
  const variables = COMPETING.filter((name) => env[name]);
  // Credentials for a gateway or a cloud are meant for it; a subscription's token must not be sent there in their place.
  const isForAnthropic = gatewayHost(env, apiHosts) === undefined && !env.ANTHROPIC_UNIX_SOCKET && !cloudIsOn(env);
  const [environment, other] = await Promise.all([
    readAccount(command, env, signal),
    variables.length > 0 && isForAnthropic ? readAccount(command, without(env, variables), signal) : undefined,
  ]);
  return other && isSubscription(other) ? { environment, hidden: { variables, account: other } } : { environment };
}

/** The account that pays, and the variables that are withheld from the CLI for it. */
export function chooseAccount(
  { environment, hidden }: Accounts,
  payWith: PayWith,
): { account: Account; withheld: readonly string[] } {
  if (!hidden || payWith === 'environment') return { account: environment, withheld: [] };
  return { account: hidden.account, withheld: hidden.variables };
}

/** The environment without the variables of these names. */
export function without(env: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}

/** `oauth_token`: a token of `claude setup-token`, which only subscriptions have. */
function isSubscription({ loggedIn, authMethod }: Account): boolean {
  return loggedIn && (authMethod === 'claude.ai' || authMethod === 'oauth_token');
}
