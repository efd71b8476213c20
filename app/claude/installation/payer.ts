/** Who pays for a process's requests, in words: from `claude auth status`, and from what the CLI reports once it is up. */
import type { Billing, Payer } from '../../shared/cli/payer';
import type { Account } from './inspectClaude';

/** What is known about the account of a process. */
export interface PayerFacts {
  /** As `claude auth status` reports it. */
  readonly account: Account;
  /** As the process itself reports it in its response to `initialize`, which counts more: an isolated process runs no helper. */
  readonly reported?: ReportedAccount | null | undefined;
  /** The environment of the process. */
  readonly env: NodeJS.ProcessEnv;
  /** Hosts of Anthropic's API besides its own, for tests. */
  readonly apiHosts?: readonly string[] | undefined;
}

export interface ReportedAccount {
  readonly email?: string | null | undefined;
  /** `Claude Max` */
  readonly subscriptionType?: string | null | undefined;
  readonly tokenSource?: string | null | undefined;
  readonly apiKeySource?: string | null | undefined;
  readonly apiProvider?: string | null | undefined;
}

/** undefined where no account is signed in. */
export function payerOf(facts: PayerFacts): Payer | undefined {
  const { account, env, apiHosts } = facts;
  if (!account.loggedIn) return undefined;
  const provider = facts.reported?.apiProvider ?? account.apiProvider ?? 'firstParty';
  if (provider !== 'firstParty') return cloudPayer(provider);
  const payer = firstPartyPayer(facts);
  const gateway = gatewayHost(env, apiHosts);
  if (gateway === undefined) return payer;
  const { label, description } = payer;
  // Whether the gateway's owner pays, and for what, the app cannot know.
  return { label, description: `${description.replace(BILLED, '')}, through ${gateway}`, billing: 'unknown' };
}

/**
 * The host of the gateway to which requests go, where ANTHROPIC_BASE_URL names another than Anthropic's own API. The credentials
 * of the environment are meant for it, and those of a subscription are not.
 */
export function gatewayHost(env: NodeJS.ProcessEnv, apiHosts: readonly string[] = []): string | undefined {
  const address = env.ANTHROPIC_BASE_URL;
  if (!address) return undefined;
  try {
    const { host, hostname } = new URL(address);
    const isApi = hostname === 'anthropic.com' || hostname.endsWith('.anthropic.com') || apiHosts.includes(host);
    return isApi ? undefined : host;
  } catch {
    return address;
  }
}

const BILLED = ', billed by use';

const CLOUDS: Readonly<Record<string, string>> = {
  bedrock: 'Amazon Bedrock',
  mantle: 'Amazon Bedrock',
  anthropicAws: 'Claude on AWS',
  vertex: 'Google Vertex AI',
  anthropicGoogleCloud: 'Claude on Google Cloud',
  foundry: 'Microsoft Foundry',
};

function cloudPayer(provider: string): Payer {
  const label = CLOUDS[provider] ?? provider;
  return { label, description: `${label}${BILLED}`, billing: 'use' };
}

function firstPartyPayer({ account, reported, env }: PayerFacts): Payer {
  const email = reported?.email ?? account.email;
  const keySource = reported?.apiKeySource ?? account.apiKeySource;
  if (account.authMethod === 'claude.ai' || reported?.subscriptionType) {
    const plan = planName(reported?.subscriptionType ?? account.subscriptionType);
    return payer(plan, email, 'plan');
  }
  if (keySource === 'ANTHROPIC_API_KEY') return environmentPayer('API key');
  if (keySource === 'apiKeyHelper') return payer('API key of a helper', undefined, 'use');
  if (keySource) return payer('Claude Console', email, 'use');
  if (account.authMethod !== 'oauth_token') return payer(account.authMethod, email, 'unknown');
  const source = reported?.tokenSource ?? (env.ANTHROPIC_AUTH_TOKEN ? 'ANTHROPIC_AUTH_TOKEN' : undefined);
  if (source === 'ANTHROPIC_AUTH_TOKEN') return environmentPayer('Token');
  // `claude setup-token` makes such a token for a subscription.
  return { label: 'Claude plan', description: 'Claude plan, by a token from the environment', billing: 'plan' };
}

function payer(label: string, email: string | undefined | null, billing: Billing): Payer {
  const parts = [label, email].filter(Boolean).join(', ');
  return { label, description: billing === 'use' ? `${parts}${BILLED}` : parts, billing };
}

function environmentPayer(label: string): Payer {
  return { label, description: `${label} from the environment${BILLED}`, billing: 'use' };
}

/** `auth status` says `max`, the CLI's response to `initialize` says `Claude Max`. */
function planName(type: string | null | undefined): string {
  if (!type) return 'Claude plan';
  if (/^claude\b/i.test(type)) return type;
  return `Claude ${type.replace(/^[a-z]/, (letter) => letter.toUpperCase())}`;
}
