/**
 * The table of settings. The stored file's schema, the check of the window's changes, the fields of the settings page, the variables of the
 * environment, the command's help and the table in README.md all follow from it: a new setting is an entry here and the code that
 * reads its value.
 *
 * The keys are the names in the user's settings file, so a key is never renamed.
 */
import * as z from 'zod';
import { ADDRESS_RANGES, HOST_NAMES, isAddressRange, isHostName } from './access/addressRanges';
import { ORIGIN_PATTERNS, parseOriginPattern } from './access/webOrigins';
import { choice, decimal, integer, list, optionalInteger, text, toggle } from './settingKinds';

export { SETTING_GROUPS, type Setting, type SettingGroup, type SettingWarning } from './settingKinds';

export const SETTINGS = {
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
    description: 'port',
    variables: ['PORT'],
    flag: '--port',
  }),
  startServer: toggle({
    default: true,
    group: 'server',
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
    group: 'access',
    label: 'Networks without a key',
    description: 'addresses and ranges of other computers that need no API key, by commas',
    note: 'Everybody who can use such an address uses your account. Leave empty to require a key of every other computer.',
    placeholder: 'none',
    variables: ['CLAUDACITY_KEYLESS'],
    defaultText: 'none',
  }),
  trustContainers: toggle({
    default: false,
    group: 'access',
    label: 'Containers on this computer',
    description: 'let containers and virtual machines of this computer in without an API key',
    note: 'Docker, Podman, libvirt and WSL, by their bridges. Whatever runs in them can then use your account.',
    variables: ['CLAUDACITY_CONTAINERS'],
  }),
  trustOwnAddresses: toggle({
    default: true,
    group: 'access',
    label: "This computer's own addresses",
    description: 'let programs of this computer in without an API key on its network addresses, too',
    note: 'For programs that use the address of this computer in its network instead of 127.0.0.1.',
    variables: ['CLAUDACITY_OWN_ADDRESSES'],
  }),
  hostNames: list({
    default: [],
    check: { test: isHostName, expected: HOST_NAMES },
    group: 'access',
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
    group: 'access',
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
    group: 'claude',
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
    group: 'claude',
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
    group: 'claude',
    label: 'Idle process',
    description: "minutes without use after which a conversation's process is ended",
    note: 'While its process runs, the next request of a conversation is answered sooner.',
    unit: 'minutes without use, then it ends',
  }),
  reuseProcesses: toggle({
    default: true,
    group: 'claude',
    label: 'Reuse processes',
    description: 'let a process serve one conversation after another',
    note: 'A process is emptied after a conversation and serves the next one without a new start, if a test of your version of claude has shown that nothing stays behind.',
  }),
  turnTimeoutMinutes: decimal({
    default: 5,
    above: 0,
    max: 1440,
    group: 'claude',
    label: 'Silent answer',
    description: 'minutes without a sign of life from the CLI after which an answer is ended with an error',
    note: 'Counts only while the model is to answer, not while a client runs a tool or reads slowly.',
    unit: 'minutes of silence, then it ends',
  }),
  isolation: toggle({
    default: true,
    group: 'claude',
    label: 'Isolate the CLI',
    description: "withhold the user's own files, instructions, tools and plugins from the CLI",
    shown: false,
  }),
  payWith: choice({
    default: 'subscription',
    choices: { subscription: 'The subscription', environment: 'The environment’s API key or token' },
    group: 'claude',
    label: 'Who pays',
    description:
      'who pays where a subscription is signed in and ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN is set: `subscription` withholds the variable from `claude`',
    note: 'Counts where a subscription is signed in and ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN is set. Without a subscription the variable is used.',
    variables: ['CLAUDACITY_PAY_WITH'],
  }),
  payWithNoticed: toggle({
    default: false,
    group: 'claude',
    label: 'Who pays is known',
    description: 'whether the user has dismissed the notice about who pays',
    shown: false,
  }),
  passVariables: list({
    default: [],
    group: 'claude',
    label: 'Further variables',
    description:
      'variables of the environment that `claude` gets besides those that it needs, by commas; `*` stands for any characters',
    variables: ['CLAUDACITY_PASS_ENV'],
    defaultText: 'none',
    shown: false,
  }),
  keepTexts: toggle({
    default: true,
    group: 'history',
    label: 'Store the conversation history',
    description: 'store the texts of conversations',
    note: 'On this computer only. A stored conversation can continue after its process has ended or the app was restarted, and can be read under Conversations.',
    warning: { on: 'turnedOff', text: 'Saving this deletes every stored conversation.' },
  }),
  keepDays: integer({
    default: 30,
    min: 1,
    max: 3650,
    group: 'history',
    label: 'Delete after',
    description: 'days without use after which a stored conversation is deleted',
    unit: 'days without use',
    warning: { on: 'lowered', text: 'Saving this deletes older conversations at once.' },
  }),
  keepMegabytes: integer({
    default: 1024,
    min: 1,
    max: 1_000_000,
    group: 'history',
    label: 'Store at most',
    description: 'the most megabytes that stored conversations may take',
    note: 'Beyond that, the least recently used conversations are deleted.',
    unit: 'MB',
  }),
  usersAreIds: toggle({
    default: true,
    group: 'history',
    label: 'One conversation per user that a client names',
    description: "continue the conversation of a request's `user` where the client sends no history",
    note: 'For clients that send only the newest message and a user: the user’s conversation continues. Does not apply to users whose client sends the history.',
  }),
  sendSampling: toggle({
    default: false,
    group: 'requests',
    label: 'Send temperature, top_p and top_k',
    description: 'send temperature, top_p and top_k to the model',
    note: 'Today’s models refuse them. When this is off, the response says that they were ignored.',
  }),
  sendReasoning: toggle({
    default: true,
    group: 'requests',
    label: 'Send thinking to OpenAI clients',
    description: 'send thinking as reasoning_content to chat clients of OpenAI that do not request it',
    note: 'Open WebUI, LibreChat and others show it. Clients that do not know it ignore it.',
  }),
  taskModel: text({
    default: '',
    group: 'requests',
    label: 'Model for tasks',
    description:
      'the model that writes titles, tags, follow-up questions and search queries about a chat and selects its tools',
    note: 'Open WebUI sends these tasks beside each chat. They run without thinking and at low effort. Leave empty for the model that it names.',
    placeholder: 'the model of the request',
    defaultText: 'the model of the request',
  }),
  fetchImages: toggle({
    default: false,
    group: 'requests',
    label: 'Fetch images from web addresses',
    description: 'fetch images from the web addresses that clients send',
    note: 'For clients that send an address instead of an image. Never from this computer or its network.',
  }),
  notifyPlanNearlyUsed: toggle({
    default: true,
    group: 'notifications',
    label: '80 % of the plan is used',
    description: 'notify when 80 % of a window of the plan is used',
    note: 'Nothing is shown while this window is in front.',
  }),
  notifyPlanExhausted: toggle({
    default: true,
    group: 'notifications',
    label: 'The plan is used up',
    description: 'notify when a limit of the plan is used up',
  }),
  notifyPlanReset: toggle({
    default: true,
    group: 'notifications',
    label: 'The plan can be used again',
    description: 'notify when a used-up limit of the plan is reset',
  }),
  notifySignedOut: toggle({
    default: true,
    group: 'notifications',
    label: 'The sign-in is lost',
    description: 'notify when claude is signed out',
  }),
  notifyServerStopped: toggle({
    default: true,
    group: 'notifications',
    label: 'An error has stopped the server',
    description: 'notify when an error has stopped the server',
  }),
  notifyRefused: toggle({
    default: false,
    group: 'notifications',
    label: 'Somebody new was refused',
    description: 'notify when a computer or a program is refused for the first time',
  }),
  theme: choice({
    default: 'system',
    choices: { system: 'System', light: 'Light', dark: 'Dark' },
    group: 'appearance',
    label: 'Theme',
    description: 'colours of the window',
  }),
  closeWithoutTray: choice({
    default: 'ask',
    choices: { ask: 'Ask', keep: 'Keep running', quit: 'Quit' },
    group: 'appearance',
    label: 'Closing without a tray',
    description: 'what closing the window does on a desktop that shows no tray icons',
    note: 'With a tray, closing the window always leaves the app running there.',
  }),
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

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*$/i;
const IPV6 = z.ipv6();

/** An IPv4 address has the form of a host name, too. */
function isHost(value: string): boolean {
  const withoutZone = value.replace(/%[\w.~-]+$/, '');
  return HOST_NAME.test(value) || IPV6.safeParse(withoutZone).success;
}
