/** The CLI gets the user's environment, but no variable that would send its requests back to this app. */
import os from 'node:os';
import { describe, expect, test } from 'vitest';
import { childEnvironment } from '../../../../app/claude/installation/environment';
import { INHERITED_VARIABLES, withoutConnection } from '../../../../app/claude/installation/inheritedVariables';

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
      { ownPorts: [PORT] },
    );

    expect(child).not.toHaveProperty('ANTHROPIC_BASE_URL');
    expect(child).not.toHaveProperty('ANTHROPIC_API_KEY');
    expect(child).not.toHaveProperty('ANTHROPIC_AUTH_TOKEN');
  });

  test.each([
    ['http://localhost', 80],
    ['https://localhost/', 443],
  ])('%s, which stands for the default port of its scheme', (url, port) => {
    expect(childEnvironment({ ANTHROPIC_BASE_URL: url }, { ownPorts: [1, port] })).not.toHaveProperty(
      'ANTHROPIC_BASE_URL',
    );
  });
});

test.each([`http://127.0.0.1:${PORT + 1}`, `https://gateway.example:${PORT}`, 'https://api.anthropic.com', 'no url'])(
  '%s is kept, with its key',
  (url) => {
    const env = { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'key', ANTHROPIC_AUTH_TOKEN: 'token' };

    expect(childEnvironment(env, { ownPorts: [PORT] })).toMatchObject(env);
  },
);

/** Sets every variable to a value of its own. */
const set = (...names: string[]) => Object.fromEntries(names.map((name) => [name, `value of ${name}`]));
const inherit = (env: NodeJS.ProcessEnv, options = {}) => childEnvironment(env, { ownPorts: [PORT], ...options });

test.each([
  [
    'set for another program',
    ['CLAUDECODE', 'CLAUDE_CODE_ENTRYPOINT', 'CLAUDE_CODE_SSE_PORT', 'HOST', 'PORT', 'CLAUDE_PATH'],
  ],
  [
    'that changes how the program runs',
    ['NODE_OPTIONS', 'ELECTRON_RUN_AS_NODE', 'LD_PRELOAD', 'BUN_OPTIONS', 'NODE_ENV'],
  ],
  [
    'that makes the CLI write to its pipe',
    ['ANTHROPIC_LOG', 'DEBUG', 'DEBUG_SDK', 'NODE_DEBUG', 'CLAUDE_CODE_DEBUG_LOG_LEVEL'],
  ],
  [
    'that changes which model a name stands for',
    [
      ...[
        'ANTHROPIC_MODEL',
        'ANTHROPIC_SMALL_FAST_MODEL',
        'ANTHROPIC_DEFAULT_SONNET_MODEL',
        'CLAUDE_CODE_SUBAGENT_MODEL',
      ],
      ...['ANTHROPIC_DEFAULT_OPUS_MODEL_NAME', 'ANTHROPIC_CUSTOM_MODEL_OPTION'],
    ],
  ],
  [
    'that changes the request',
    ['CLAUDE_CODE_EXTRA_BODY', 'CLAUDE_CODE_MAX_OUTPUT_TOKENS', 'MAX_THINKING_TOKENS', 'CLAUDE_CODE_EFFORT_LEVEL'],
  ],
  [
    'that the CLI has no use for',
    ['GITHUB_TOKEN', 'DATABASE_URL', 'OPENAI_API_KEY', 'PWD', 'OLDPWD', 'npm_config_cache'],
  ],
])('a variable %s is not passed', (_, names) => {
  expect(Object.keys(inherit(set(...names))).filter((name) => names.includes(name))).toEqual([]);
});

test.each([
  [
    'programs and the home',
    ['PATH', 'HOME', 'USER', 'SHELL', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR', 'CLAUDE_CONFIG_DIR'],
  ],
  ['language and time', ['LANG', 'LC_ALL', 'LC_TIME', 'TZ']],
  ['temporary files', ['TMPDIR', 'TEMP', 'TMP']],
  ['the browser of the sign-in', ['DISPLAY', 'WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'BROWSER']],
  [
    'the proxy',
    ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
  ],
  [
    'certificates',
    ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'CLAUDE_CODE_CLIENT_CERT', 'NODE_TLS_REJECT_UNAUTHORIZED'],
  ],
  [
    'the account',
    [
      'ANTHROPIC_API_KEY',
      'ANTHROPIC_AUTH_TOKEN',
      'ANTHROPIC_BASE_URL',
      'ANTHROPIC_CUSTOM_HEADERS',
      'CLAUDE_CODE_OAUTH_TOKEN',
    ],
  ],
  [
    'Bedrock',
    [
      ...['CLAUDE_CODE_USE_BEDROCK', 'ANTHROPIC_BEDROCK_BASE_URL', 'AWS_REGION', 'AWS_PROFILE', 'AWS_SESSION_TOKEN'],
      ...['AWS_BEARER_TOKEN_BEDROCK', 'CLAUDE_CODE_SKIP_BEDROCK_AUTH'],
    ],
  ],
  [
    'Vertex',
    [
      ...['CLAUDE_CODE_USE_VERTEX', 'ANTHROPIC_VERTEX_PROJECT_ID', 'ANTHROPIC_VERTEX_BASE_URL', 'CLOUD_ML_REGION'],
      ...['GOOGLE_APPLICATION_CREDENTIALS', 'GOOGLE_CLOUD_PROJECT', 'VERTEX_REGION_CLAUDE_HAIKU_4_5'],
    ],
  ],
  [
    'Foundry',
    ['CLAUDE_CODE_USE_FOUNDRY', 'ANTHROPIC_FOUNDRY_RESOURCE', 'ANTHROPIC_FOUNDRY_API_KEY', 'AZURE_CLIENT_ID'],
  ],
  ['Windows', ['SystemRoot', 'ComSpec', 'PATHEXT', 'APPDATA', 'ProgramFiles(x86)', 'CLAUDE_CODE_GIT_BASH_PATH']],
  ['privacy', ['CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC', 'DISABLE_TELEMETRY']],
])('the variables for %s are passed', (_, names) => {
  expect(inherit(set(...names))).toMatchObject(set(...names));
});

test.each(['BEDROCK', 'VERTEX', 'FOUNDRY'])('the provider’s names of models are passed with %s alone', (provider) => {
  const names = ['ANTHROPIC_DEFAULT_OPUS_MODEL', 'ANTHROPIC_DEFAULT_SONNET_MODEL_NAME'];

  expect(inherit({ ...set(...names), [`CLAUDE_CODE_USE_${provider}`]: '1' })).toMatchObject(set(...names));
  expect(inherit({ ...set(...names), [`CLAUDE_CODE_USE_${provider}`]: '0' })).not.toHaveProperty(names[0] ?? '');
  expect(inherit({ ANTHROPIC_MODEL: 'opus', [`CLAUDE_CODE_USE_${provider}`]: '1' })).not.toHaveProperty(
    'ANTHROPIC_MODEL',
  );
});

test('names are case-insensitive on Windows alone', () => {
  const env = { Path: 'C:\\bin', SYSTEMROOT: 'C:\\Windows', aws_region: 'eu-west-1', Node_Options: '--inspect' };

  const windows = inherit(env, { platform: 'win32' });
  expect(windows).toMatchObject({ Path: env.Path, SYSTEMROOT: env.SYSTEMROOT, aws_region: env.aws_region });
  expect(windows).not.toHaveProperty('Node_Options');
  expect(inherit(env, { platform: 'linux' })).not.toHaveProperty('aws_region');
});

test('the variables that the user names are passed, too', () => {
  const passVariables = ['KRB5CCNAME', 'COMPANY_*'];

  const child = inherit(set('KRB5CCNAME', 'COMPANY_GATEWAY', 'COMPANY', 'OTHER'), { passVariables });

  expect(child).toMatchObject(set('KRB5CCNAME', 'COMPANY_GATEWAY'));
  expect(Object.keys(child)).not.toContain('COMPANY');
  expect(Object.keys(child)).not.toContain('OTHER');
});

test('each group of variables has a reason', () => {
  for (const { names, reason } of INHERITED_VARIABLES)
    expect([names.length > 0, reason.length > 10]).toEqual([true, true]);
});

test('the variables that protect a conversation are set, whatever the user has set', () => {
  expect(childEnvironment({ DISABLE_COMPACT: '0', ENABLE_TOOL_SEARCH: 'true' }, { ownPorts: [] })).toMatchObject({
    DISABLE_COMPACT: '1',
    ENABLE_TOOL_SEARCH: 'false',
    CLAUDE_CODE_DISABLE_FILE_MENTIONS: '1',
    CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: '1',
  });
});

test('the argument is not modified', () => {
  const env = { CLAUDECODE: '1', ANTHROPIC_BASE_URL: `http://localhost:${PORT}` };

  childEnvironment(env, { ownPorts: [PORT] });

  expect(env).toEqual({ CLAUDECODE: '1', ANTHROPIC_BASE_URL: `http://localhost:${PORT}` });
});

test.each([
  ['2.1.330', '1'],
  ['2.1.315', '1'],
  ['2.1.300', undefined],
  [undefined, undefined],
])('CLAUDE_CODE_PLAIN_DELTA_FAST_PATH for version %s is %s', (version, value) => {
  expect(inherit({}, { version }).CLAUDE_CODE_PLAIN_DELTA_FAST_PATH).toBe(value);
});

test('a process that is to reach no account of the user’s gets neither credentials, addresses, proxies nor folders of settings', () => {
  const kept = { PATH: '/bin', LANG: 'C', DISABLE_COMPACT: '1', MY_VARIABLE: '1' };
  const removed = [
    ...[
      'ANTHROPIC_API_KEY',
      'ANTHROPIC_BASE_URL',
      'ANTHROPIC_MODEL',
      'CLAUDE_CODE_OAUTH_TOKEN',
      'CLAUDE_CODE_USE_BEDROCK',
    ],
    ...['AWS_SECRET_ACCESS_KEY', 'GOOGLE_APPLICATION_CREDENTIALS', 'AZURE_CLIENT_SECRET', 'HTTPS_PROXY', 'https_proxy'],
    ...['CLAUDE_CONFIG_DIR', 'XDG_CONFIG_HOME', 'CLAUDE_CODE_CLIENT_KEY', 'CLAUDE_CODE_CUSTOM_OAUTH_URL'],
  ];

  expect(withoutConnection({ ...kept, ...Object.fromEntries(removed.map((name) => [name, 'x'])) })).toEqual(kept);
});
