/**
 * The table of settings. The stored file's schema, the check of the window's changes, the fields of the settings page, the variables of the
 * environment, the command's help and the table in README.md all follow from it: a new setting is an entry here and the code that
 * reads its value.
 *
 * The keys are the names in the user's settings file, so a key is never renamed.
 */
import { ADDRESS_RANGES, HOST_NAMES, isAddressRange, isHostName, isIpv6 } from './access/addressRanges';
import { ORIGIN_PATTERNS, parseOriginPattern } from './access/webOrigins';
import {
  choice,
  decimal,
  integer,
  list,
  optionalInteger,
  type Setting,
  type SettingData,
  text,
  toggle,
} from './settingKinds';
import { MODEL_SETTINGS } from './settingTable/modelSettings';
import { NOTIFICATION_SETTINGS } from './settingTable/notificationSettings';
import { UPDATE_SETTINGS } from './settingTable/updateSettings';

export type { Setting, SettingData, SettingGroup, SettingWarning } from './settingKinds';

export const SETTINGS = {
  theme: choice({
    default: 'system',
    choices: { system: 'System', light: 'Light', dark: 'Dark' },
    group: 'general',
    label: 'Theme',
    description: 'colours of the window',
  }),
  closeWithoutTray: choice({
    default: 'ask',
    choices: { ask: 'Ask', keep: 'Keep running', quit: 'Quit' },
    group: 'general',
    label: 'Closing without a tray',
    description: 'what closing the window does on a desktop that shows no tray icons',
    note: 'With a tray, closing the window always leaves the app running there.',
  }),
  trayTitle: choice({
    default: 'off',
    choices: { off: 'Nothing', cost: 'Cost of today', plan: 'Used share of the plan' },
    group: 'general',
    label: 'Beside the icon on macOS',
    description: 'what the menu bar of macOS shows beside the icon',
    note: 'Windows and Linux have no room for a text there.',
  }),
  host: text({
    default: '0.0.0.0',
    check: { test: isHost, expected: 'an address or a host name without a port, such as 127.0.0.1' },
    group: 'server',
    label: 'Listen on',
    description: 'address to listen on',
    note: 'Other computers need an API key. The first choice includes IPv6.',
    variables: ['HOST'],
    flag: '--host',
  }),
  port: integer({
    default: 22_434,
    min: 1,
    max: 65_535,
    // 0 takes any free port, which clients cannot find again after a restart: for tests and scripts only.
    pinnedMin: 0,
    noun: 'port',
    group: 'server',
    label: 'Port',
    description: 'port at which programs reach the server',
    variables: ['PORT'],
    flag: '--port',
  }),
  startServer: toggle({
    default: true,
    group: 'startUp',
    label: 'Start the server when the app starts',
    description: 'start the server when the app starts',
    applies: 'at next start',
  }),
  stopGraceSeconds: integer({
    default: 10,
    min: 0,
    max: 3600,
    group: 'server',
    label: 'When stopping',
    description: 'seconds that running answers have to end when the server stops',
    note: 'New requests are refused meanwhile. Answers that have not ended by then break off with an error.',
    unit: 'seconds for running answers to end',
  }),
  keylessRanges: list({
    default: [],
    check: { test: isAddressRange, expected: ADDRESS_RANGES },
    group: 'server',
    label: 'Networks without a key',
    description: 'addresses and ranges of other computers that need no API key, by commas',
    note: 'Everybody who can use such an address uses your account. Leave empty to require a key of every other computer.',
    placeholder: 'none',
    variables: ['CLAUDACITY_KEYLESS'],
    defaultText: 'none',
  }),
  trustContainers: toggle({
    default: false,
    group: 'server',
    label: 'Containers on this computer',
    description: 'let containers and virtual machines of this computer in without an API key',
    note: 'Docker, Podman, libvirt and WSL, by their bridges. Whatever runs in them can then use your account.',
    variables: ['CLAUDACITY_CONTAINERS'],
  }),
  trustOwnAddresses: toggle({
    default: true,
    group: 'server',
    label: "This computer's own addresses",
    description: 'let programs of this computer in without an API key on its network addresses, too',
    note: 'For programs that use the address of this computer in its network instead of 127.0.0.1.',
    variables: ['CLAUDACITY_OWN_ADDRESSES'],
  }),
  hostNames: list({
    default: [],
    check: { test: isHostName, expected: HOST_NAMES },
    group: 'server',
    label: 'Host names',
    description: 'names by which this computer is called besides its own, by commas',
    note: 'Without a key, other names are refused: a web site could have made them resolve to this computer.',
    placeholder: "this computer's own",
    variables: ['CLAUDACITY_HOST_NAMES'],
    defaultText: "this computer's own",
  }),
  origins: list({
    default: [],
    check: { test: (text) => parseOriginPattern(text) !== null, expected: ORIGIN_PATTERNS },
    // OLLAMA_ORIGINS is often `*`, which is ignored: it would let every web site in.
    ignoresPinnedItems: true,
    group: 'server',
    label: 'Web origins',
    description:
      'web origins that may call besides those of this computer, by commas; `*` stands for the whole port or first label of the name',
    note: 'For web pages and browser extensions: https://chat.example, https://*.chat.example, http://nas:*, chrome-extension://ID.',
    placeholder: 'pages of this computer',
    variables: ['CLAUDACITY_ORIGINS', 'OLLAMA_ORIGINS'],
    defaultText: 'pages of this computer',
  }),
  cliPath: text({
    default: '',
    group: 'processes',
    label: 'Path of the CLI',
    description: 'the `claude` to run',
    note: 'Leave empty to search the usual places.',
    placeholder: 'found automatically',
    variables: ['CLAUDE_PATH'],
    defaultText: "looked for on the PATH, in your shell's PATH and in the usual folders",
  }),
  maxProcesses: optionalInteger({
    default: null,
    min: 1,
    max: 256,
    group: 'processes',
    label: 'Processes',
    description: 'the most `claude` processes at one time',
    note: 'Each process serves one conversation at a time and takes 110 to 200 MB. Leave empty for as many as the memory allows.',
    unit: 'at most at one time',
    placeholder: 'automatic',
    defaultText: 'as many as the memory allows',
  }),
  idleMinutes: decimal({
    default: 5,
    above: 0,
    max: 1440,
    group: 'processes',
    label: 'Idle process',
    description: "minutes without use after which a conversation's process is ended",
    note: 'While its process runs, the next request of a conversation is answered sooner.',
    unit: 'minutes without use, then it ends',
  }),
  reuseProcesses: toggle({
    default: true,
    group: 'processes',
    label: 'Reuse processes',
    description: 'let a process serve one conversation after another',
    note: 'A process is emptied after a conversation and serves the next one without a new start, if a test of your version of claude has shown that nothing stays behind.',
  }),
  turnTimeoutMinutes: decimal({
    default: 5,
    above: 0,
    max: 1440,
    group: 'processes',
    label: 'Silent answer',
    description: 'minutes without a sign of life from the CLI after which an answer is ended with an error',
    note: 'Counts only while the model is to answer, not while a client runs a tool or reads slowly.',
    unit: 'minutes of silence, then it ends',
  }),
  isolation: toggle({
    default: true,
    group: 'processes',
    label: 'Isolate the CLI',
    description: "withhold the user's own files, instructions, tools and plugins from the CLI",
    shown: false,
  }),
  payWith: choice({
    default: 'subscription',
    choices: { subscription: 'The subscription', environment: 'The environment’s API key or token' },
    group: 'accounts',
    label: 'Who pays',
    description:
      'who pays where a subscription is signed in and ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN is set: `subscription` withholds the variable from `claude`',
    note: 'Counts where a subscription is signed in and ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN is set. Without a subscription the variable is used.',
    variables: ['CLAUDACITY_PAY_WITH'],
  }),
  payWithNoticed: toggle({
    default: false,
    group: 'accounts',
    label: 'Who pays is known',
    description: 'whether the user has dismissed the notice about who pays',
    shown: false,
  }),
  passVariables: list({
    default: [],
    group: 'processes',
    label: 'Further variables',
    description:
      'variables of the environment that `claude` gets besides those that it needs, by commas; `*` stands for any characters',
    variables: ['CLAUDACITY_PASS_ENV'],
    defaultText: 'none',
    shown: false,
  }),
  keepTexts: toggle({
    default: true,
    group: 'privacy',
    label: 'Store the conversation history',
    description: 'store the texts of conversations',
    note: 'On this computer only. A stored conversation can continue after its process has ended or the app was restarted, and can be read under Conversations; what each request said, under Requests.',
    warning: {
      on: 'turnedOff',
      question: 'Delete the conversation history?',
      text: 'All stored conversations and what requests said are deleted from this computer, and the texts of new ones are not stored. This cannot be undone. Programs that send the whole history with each request are not affected. The others start over once a conversation’s process has ended.',
    },
  }),
  keepDays: integer({
    default: 30,
    min: 1,
    max: 3650,
    group: 'privacy',
    label: 'Delete after',
    description: 'days without use after which a stored conversation is deleted',
    unit: 'days without use',
    warning: {
      on: 'lowered',
      question: 'Delete older conversations?',
      text: 'Conversations that were not used for so many days are deleted from this computer at once. This cannot be undone.',
    },
  }),
  keepMegabytes: integer({
    default: 1024,
    min: 1,
    max: 1_000_000,
    group: 'privacy',
    label: 'Store at most',
    description: 'the most megabytes that stored conversations may take',
    note: 'Beyond that, the least recently used conversations are deleted.',
    unit: 'MB',
    warning: {
      on: 'lowered',
      question: 'Delete conversations beyond the limit?',
      text: 'The least recently used conversations beyond the limit are deleted from this computer at once. This cannot be undone.',
    },
  }),
  usersAreIds: toggle({
    default: true,
    group: 'privacy',
    label: 'One conversation per user that a client names',
    description: "continue the conversation of a request's `user` where the client sends no history",
    note: 'For clients that send only the newest message and a user: the user’s conversation continues. Does not apply to users whose client sends the history.',
  }),
  fetchImages: toggle({
    default: false,
    group: 'privacy',
    label: 'Fetch images from web addresses',
    description: 'fetch images from the web addresses that clients send',
    note: 'For clients that send an address instead of an image. Never from this computer or its network.',
  }),
  ...MODEL_SETTINGS,
  ...NOTIFICATION_SETTINGS,
  ...UPDATE_SETTINGS,
};

export type SettingName = keyof typeof SETTINGS;
export type SettingsValues = { readonly [N in SettingName]: (typeof SETTINGS)[N]['default'] };

/** The settings that the window shows and may change. */
export type ShownSettingName = {
  [N in SettingName]: (typeof SETTINGS)[N]['shown'] extends true ? N : never;
}[SettingName];

/** In the order of the table. */
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];
export const SHOWN_SETTING_NAMES = SETTING_NAMES.filter((name): name is ShownSettingName => SETTINGS[name].shown);

/** The part of the table that the settings page shows. */
export type ShownSettings = Readonly<Record<ShownSettingName, SettingData>>;

/** As data: the page has no copy of the table in its code. */
export function shownSettings(): ShownSettings {
  const entries = SHOWN_SETTING_NAMES.map((name) => [name, withoutChecks(SETTINGS[name])]);
  return Object.fromEntries(entries) as ShownSettings;
}

function withoutChecks(setting: Setting): SettingData {
  return Object.fromEntries(Object.entries(setting).filter(([, value]) => typeof value !== 'function')) as SettingData;
}

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*$/i;

/** An IPv4 address has the form of a host name, too. */
function isHost(value: string): boolean {
  const withoutZone = value.replace(/%[\w.~-]+$/, '');
  return HOST_NAME.test(value) || isIpv6(withoutZone);
}
