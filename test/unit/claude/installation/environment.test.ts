/** The CLI gets the user's environment, but no variable that would send its requests back to this app. */
import os from 'node:os';
import { describe, expect, test } from 'vitest';
import { childEnvironment } from '../../../../app/claude/installation/environment';

const PORT = 22434;

describe('an ANTHROPIC_BASE_URL that points to this app is removed together with its key', () => {
  const ownAddresses = Object.values(os.networkInterfaces()).flatMap(
    (list) => list?.map(({ address }) => address) ?? [],
  );
  const names = [
    'localhost',
    'LOCALHOST',
    'app.localhost',
    '127.0.0.1',
    '127.1.2.3',
    '0.0.0.0',
    os.hostname(),
    ...ownAddresses,
  ];

  test.each([...names, '::1', '::'])('%s', (host) => {
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${PORT}/v1`;

    const child = childEnvironment(
      { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'key', ANTHROPIC_AUTH_TOKEN: 'token' },
      [PORT],
    );

    expect(child).not.toHaveProperty('ANTHROPIC_BASE_URL');
    expect(child).not.toHaveProperty('ANTHROPIC_API_KEY');
    expect(child).not.toHaveProperty('ANTHROPIC_AUTH_TOKEN');
  });

  test.each([
    ['http://localhost', 80],
    ['https://localhost/', 443],
  ])('%s, which stands for the default port of its scheme', (url, port) => {
    expect(childEnvironment({ ANTHROPIC_BASE_URL: url }, [1, port])).not.toHaveProperty('ANTHROPIC_BASE_URL');
  });
});

test.each([`http://127.0.0.1:${PORT + 1}`, `https://gateway.example:${PORT}`, 'https://api.anthropic.com', 'no url'])(
  '%s is kept, with its key',
  (url) => {
    const env = { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'key', ANTHROPIC_AUTH_TOKEN: 'token' };

    expect(childEnvironment(env, [PORT])).toMatchObject(env);
  },
);

test.each([
  'CLAUDECODE',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_SSE_PORT',
  'CLAUDE_CODE_EXTRA_BODY',
  'CLAUDE_CODE_MAX_OUTPUT_TOKENS',
  'NODE_OPTIONS',
  'ELECTRON_RUN_AS_NODE',
  'PORT',
])('%s, which was set for another program, is removed', (name) => {
  expect(childEnvironment({ [name]: '1' }, [])).not.toHaveProperty(name);
});

test('the other variables of the user are kept', () => {
  const env = {
    PATH: '/usr/bin',
    HOME: '/home/user',
    LANG: 'uk_UA.UTF-8',
    HTTPS_PROXY: 'http://proxy:3128',
    NO_PROXY: 'localhost',
    NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
    ANTHROPIC_API_KEY: 'key',
    ANTHROPIC_MODEL: 'opus',
    CLAUDE_CODE_OAUTH_TOKEN: 'token',
    CLAUDE_CODE_USE_BEDROCK: '1',
    CLAUDE_CONFIG_DIR: '/home/user/.claude-work',
    AWS_REGION: 'eu-west-1',
  };

  expect(childEnvironment(env, [PORT])).toMatchObject(env);
});

test('the variables that protect a conversation are set, whatever the user has set', () => {
  expect(childEnvironment({ DISABLE_COMPACT: '0', ENABLE_TOOL_SEARCH: 'true' }, [])).toMatchObject({
    DISABLE_COMPACT: '1',
    ENABLE_TOOL_SEARCH: 'false',
    CLAUDE_CODE_DISABLE_FILE_MENTIONS: '1',
    CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: '1',
  });
});

test('the argument is not modified', () => {
  const env = { CLAUDECODE: '1', ANTHROPIC_BASE_URL: `http://localhost:${PORT}` };

  childEnvironment(env, [PORT]);

  expect(env).toEqual({ CLAUDECODE: '1', ANTHROPIC_BASE_URL: `http://localhost:${PORT}` });
});
