/**
 * The variables of the user's environment that the CLI gets. It gets no other: a variable that was set for another program, or for an
 * interactive session, may change what the CLI writes on its pipe (ANTHROPIC_LOG), how it runs (NODE_OPTIONS), or which model an alias
 * stands for (ANTHROPIC_MODEL). A variable that is missing here can be named in the setting `passVariables`.
 */

export interface InheritedVariables {
  /** Why the CLI needs them. */
  readonly reason: string;
  /** Names, in which `*` stands for any characters. */
  readonly names: readonly string[];
  /** Whether they are passed only where the models are served by a cloud provider. */
  readonly onlyInCloud?: boolean;
  /** Whether they say where the API is, how it is reached, or who asks it. */
  readonly connects?: boolean;
  /** Whether they say who pays, or where the credentials are sent. */
  readonly identifies?: boolean;
}

export const INHERITED_VARIABLES: readonly InheritedVariables[] = [
  {
    reason: 'finds programs and the user’s home, where the sign-in is stored',
    names: ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'XDG_*', 'CLAUDE_CONFIG_DIR', 'ANTHROPIC_CONFIG_DIR'],
  },
  { reason: 'language and time zone of messages and dates', names: ['LANG', 'LANGUAGE', 'LC_*', 'TZ', 'TZDIR'] },
  { reason: 'a place for temporary files', names: ['TMPDIR', 'TMP', 'TEMP', 'CLAUDE_CODE_TMPDIR'] },
  { reason: 'libraries outside of the system’s folders', names: ['LD_LIBRARY_PATH', 'NIX_LD', 'NIX_LD_LIBRARY_PATH'] },
  {
    reason: 'without them programs cannot be started on Windows, or do not find their files',
    names: [
      ...['SystemRoot', 'SystemDrive', 'windir', 'ComSpec', 'PATHEXT', 'OS', 'PSModulePath', 'COMPUTERNAME', 'PUBLIC'],
      ...['USERPROFILE', 'USERNAME', 'USERDOMAIN', 'HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA'],
      ...['ProgramData', 'ALLUSERSPROFILE', 'ProgramFiles', 'ProgramFiles(x86)', 'ProgramW6432', 'CommonProgramFiles*'],
      ...['NUMBER_OF_PROCESSORS', 'PROCESSOR_*', 'CLAUDE_CODE_GIT_BASH_PATH'],
    ],
  },
  {
    reason: 'the sign-in opens the browser',
    names: [
      ...['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'BROWSER'],
      ...['WSL_DISTRO_NAME', 'WSL_INTEROP', 'WSLENV', '__CF_USER_TEXT_ENCODING'],
    ],
  },
  {
    reason: 'the proxy through which the API is reached',
    connects: true,
    names: [
      ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
      ...['CLAUDE_CODE_PROXY_*', 'CLAUDE_CODE_ENABLE_PROXY_AUTH_HELPER'],
    ],
  },
  {
    reason: 'certificates: those that are trusted, and those of this computer',
    connects: true,
    names: [
      ...['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'NODE_TLS_REJECT_UNAUTHORIZED', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
      ...['CLAUDE_CODE_CERT_STORE', 'CLAUDE_CODE_CLIENT_CERT', 'CLAUDE_CODE_CLIENT_KEY*'],
    ],
  },
  {
    reason: 'the address of the API, and the account',
    connects: true,
    identifies: true,
    names: [
      ...['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_BASE_URL', 'ANTHROPIC_UNIX_SOCKET', 'API_TIMEOUT_MS'],
      ...['ANTHROPIC_CUSTOM_HEADERS', 'CLAUDE_CODE_OAUTH_TOKEN', 'CLAUDE_CODE_OAUTH_REFRESH_TOKEN'],
      ...['CLAUDE_CODE_OAUTH_SCOPES', 'CLAUDE_CODE_OAUTH_CLIENT_ID', 'CLAUDE_CODE_CUSTOM_OAUTH_URL'],
      ...['CLAUDE_CODE_API_KEY_HELPER_TTL_MS', 'ANTHROPIC_IDENTITY_TOKEN*', 'ANTHROPIC_FEDERATION_RULE_ID'],
      ...['ANTHROPIC_SERVICE_ACCOUNT_ID', 'ANTHROPIC_ORGANIZATION_ID', 'ANTHROPIC_WORKSPACE_ID', 'ANTHROPIC_PROFILE'],
      ...['ANTHROPIC_SCOPE', 'CLAUDE_CODE_USE_GATEWAY'],
    ],
  },
  {
    reason: 'Amazon Bedrock: the switch, the endpoint and the credentials',
    connects: true,
    identifies: true,
    names: [
      ...[
        'CLAUDE_CODE_USE_BEDROCK',
        'CLAUDE_CODE_USE_MANTLE',
        'CLAUDE_CODE_USE_ANTHROPIC_AWS',
        'CLAUDE_CODE_SKIP_*_AUTH',
      ],
      ...['ANTHROPIC_BEDROCK_*', 'ANTHROPIC_AWS_*', 'AWS_*', 'CLAUDE_CODE_SKIP_AWS_CRED_CACHE'],
    ],
  },
  {
    reason: 'Google Vertex AI: the switch, the endpoint and the credentials',
    connects: true,
    identifies: true,
    names: [
      ...['CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD', 'ANTHROPIC_VERTEX_*'],
      ...['ANTHROPIC_GOOGLE_CLOUD_*', 'CLOUD_ML_REGION', 'VERTEX_*', 'GOOGLE_*', 'GCLOUD_PROJECT', 'CLOUDSDK_*'],
      ...['GCE_METADATA_*', 'METADATA_SERVER_DETECTION'],
    ],
  },
  {
    reason: 'Microsoft Foundry: the switch, the endpoint and the credentials',
    connects: true,
    identifies: true,
    names: [
      ...['CLAUDE_CODE_USE_FOUNDRY', 'ANTHROPIC_FOUNDRY_*', 'AZURE_*'],
      ...['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'MSI_ENDPOINT', 'MSI_SECRET'],
    ],
  },
  {
    reason: 'a cloud provider’s own names for the models. Elsewhere they would change what an alias stands for',
    names: ['ANTHROPIC_DEFAULT_*_MODEL', 'ANTHROPIC_DEFAULT_*_MODEL_*', 'ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION'],
    onlyInCloud: true,
    connects: true,
    identifies: true,
  },
  {
    reason: 'what the user does not want the CLI to send',
    names: [
      ...['DISABLE_TELEMETRY', 'DISABLE_ERROR_REPORTING', 'DO_NOT_TRACK'],
      'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC',
    ],
  },
];

/** The switches for the cloud providers. */
const CLOUD_SWITCHES = ['BEDROCK', 'MANTLE', 'ANTHROPIC_AWS', 'VERTEX', 'ANTHROPIC_GOOGLE_CLOUD', 'FOUNDRY'];

/**
 * The variables of the environment that the CLI gets.
 * @param further names or patterns that the user has added.
 * @param platform decides whether names are case-sensitive.
 */
export function inheritedVariables(
  env: NodeJS.ProcessEnv,
  further: readonly string[],
  platform: NodeJS.Platform,
): NodeJS.ProcessEnv {
  const inCloud = cloudIsOn(env);
  const groups = INHERITED_VARIABLES.filter(({ onlyInCloud }) => !onlyInCloud || inCloud);
  const isInherited = matcher([...groups.flatMap(({ names }) => names), ...further], platform);
  return Object.fromEntries(Object.entries(env).filter(([name]) => isInherited(name)));
}

/**
 * The environment without what connects the CLI to an account of the user's: credentials, addresses, proxies, and folders where the CLI
 * looks for settings or a sign-in. The caller has to replace HOME.
 */
export function withoutConnection(env: NodeJS.ProcessEnv, platform = process.platform): NodeJS.ProcessEnv {
  const groups = INHERITED_VARIABLES.filter(({ connects }) => connects);
  const connects = matcher([...groups.flatMap(({ names }) => names), ...USER_FOLDERS, 'ANTHROPIC_*'], platform);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !connects(name)));
}

/**
 * The environment without the variables that say who pays: credentials and addresses of the API and of clouds, also those that the user
 * has added, and the folders where the CLI looks for a sign-in.
 */
export function withoutCredentials(env: NodeJS.ProcessEnv, platform = process.platform): NodeJS.ProcessEnv {
  const groups = INHERITED_VARIABLES.filter(({ identifies }) => identifies);
  const identifies = matcher([...groups.flatMap(({ names }) => names), ...SIGN_IN_NAMES], platform);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !identifies(name)));
}

/** Further names by which the CLI is given credentials or finds a sign-in: the user may have added them to the inherited ones. */
const SIGN_IN_NAMES = [
  ...['ANTHROPIC_*', 'CLAUDE_CONFIG_DIR', 'CLAUDE_SECURESTORAGE_CONFIG_DIR', 'CLAUDE_CODE_OAUTH_*'],
  ...['CLAUDE_CODE_USE_*', 'CLAUDE_CODE_HOST_*', 'CLAUDE_CODE_*_FILE_DESCRIPTOR', 'CLAUDE_CODE_CUSTOM_OAUTH_URL'],
];

/** Whether the environment says that a cloud provider serves the models. */
export function cloudIsOn(env: NodeJS.ProcessEnv): boolean {
  return CLOUD_SWITCHES.some((name) => isOn(env[`CLAUDE_CODE_USE_${name}`]));
}

const USER_FOLDERS = ['XDG_*', 'CLAUDE_CONFIG_DIR', 'CLAUDE_CODE_TMPDIR'];

/** @returns a function that tells whether a name matches one of the patterns, in which `*` stands for any characters. */
function matcher(patterns: readonly string[], platform: NodeJS.Platform): (name: string) => boolean {
  const flags = platform === 'win32' ? 'i' : '';
  const expressions = patterns.map((pattern) => new RegExp(`^${literal(pattern).replaceAll('\\*', '.*')}$`, flags));
  return (name) => expressions.some((one) => one.test(name));
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(1|true|yes|on)$/i.test(value.trim());
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
