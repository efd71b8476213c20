/** Who pays is said in words, from what the real CLI was seen to report (2.1.330). */
import { describe, expect, test } from 'vitest';
import type { Account } from '../../../../app/claude/installation/inspectClaude';
import { gatewayHost, type PayerFacts, payerOf } from '../../../../app/claude/installation/payer';

const account = (fields: Partial<Account>): Account => ({
  loggedIn: true,
  authMethod: 'none',
  email: undefined,
  apiProvider: 'firstParty',
  ...fields,
});

const CASES: [name: string, facts: Partial<PayerFacts>, label: string, description: string, billing: string][] = [
  [
    'a subscription, as `auth status` reports it',
    { account: account({ authMethod: 'claude.ai', email: 'ana@example.org', subscriptionType: 'max' }) },
    ...(['Claude Max', 'Claude Max, ana@example.org', 'plan'] as const),
  ],
  [
    'a subscription, as the process reports it',
    {
      account: account({ authMethod: 'claude.ai' }),
      reported: { email: 'ana@example.org', subscriptionType: 'Claude Team', apiProvider: 'firstParty' },
    },
    ...(['Claude Team', 'Claude Team, ana@example.org', 'plan'] as const),
  ],
  [
    'a subscription of an unknown plan',
    { account: account({ authMethod: 'claude.ai' }) },
    ...(['Claude plan', 'Claude plan', 'plan'] as const),
  ],
  [
    'an API key in the environment',
    { account: account({ authMethod: 'api_key', apiKeySource: 'ANTHROPIC_API_KEY' }) },
    ...(['API key', 'API key from the environment, billed by use', 'use'] as const),
  ],
  [
    'a key of the Console',
    { account: account({ authMethod: 'api_key', apiKeySource: '/login managed key', email: 'ana@example.org' }) },
    ...(['Claude Console', 'Claude Console, ana@example.org, billed by use', 'use'] as const),
  ],
  [
    'a helper',
    { account: account({ authMethod: 'api_key_helper', apiKeySource: 'apiKeyHelper' }) },
    ...(['API key of a helper', 'API key of a helper, billed by use', 'use'] as const),
  ],
  [
    'a token for the API in the environment',
    { account: account({ authMethod: 'oauth_token' }), env: { ANTHROPIC_AUTH_TOKEN: 'token' } },
    ...(['Token', 'Token from the environment, billed by use', 'use'] as const),
  ],
  [
    'a token of `claude setup-token`',
    { account: account({ authMethod: 'oauth_token' }), env: { CLAUDE_CODE_OAUTH_TOKEN: 'token' } },
    ...(['Claude plan', 'Claude plan, by a token from the environment', 'plan'] as const),
  ],
  [
    'Bedrock',
    { account: account({ authMethod: 'third_party', apiProvider: 'bedrock' }) },
    ...(['Amazon Bedrock', 'Amazon Bedrock, billed by use', 'use'] as const),
  ],
  [
    'Vertex',
    { account: account({ authMethod: 'third_party', apiProvider: 'vertex' }) },
    ...(['Google Vertex AI', 'Google Vertex AI, billed by use', 'use'] as const),
  ],
  [
    'a gateway, whose bill nobody knows',
    {
      account: account({ authMethod: 'api_key', apiKeySource: 'ANTHROPIC_API_KEY' }),
      env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:4000/v1' },
    },
    ...(['API key', 'API key from the environment, through 127.0.0.1:4000', 'unknown'] as const),
  ],
];

test.each(CASES)('%s', (_, facts, label, description, billing) => {
  const all = { env: {}, account: account({}), ...facts };
  expect(payerOf(all)).toEqual({ label, description, billing });
});

test('nobody pays where no account is signed in', () => {
  expect(payerOf({ account: account({ loggedIn: false }), env: {} })).toBeUndefined();
});

describe('a gateway is any address but Anthropic’s own API', () => {
  test.each([
    [undefined, undefined],
    ['https://api.anthropic.com', undefined],
    ['https://api.anthropic.com/v1/', undefined],
    ['https://api.anthropic.com.evil.example', 'api.anthropic.com.evil.example'],
    ['https://notanthropic.com', 'notanthropic.com'],
    ['http://localhost:8080', 'localhost:8080'],
    ['nonsense', 'nonsense'],
  ])('%s', (address, host) => {
    expect(gatewayHost(address === undefined ? {} : { ANTHROPIC_BASE_URL: address })).toBe(host);
  });
});
