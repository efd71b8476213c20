/**
 * The contract between the app and its window: the state that the window shows, the calls that it may make, and the topics that it can subscribe
 * to. The page imports only types from here: zod compiles object schemas to code, which the page's security policy forbids.
 *
 * Units: `…Ms` are milliseconds, `…At` are milliseconds since the epoch, `…Bytes` are bytes, `…Usd` are US dollars.
 */
import { z } from 'zod';
import { type ApiKey, type CreatedKey, type KeysState, keyChange, newKey, ownersName } from './access/keys';
import { type Knock, REMEDY_SETTINGS } from './access/knocks';
import { APP_CALLS } from './appProcess';
import type { AccountsState } from './cli/accounts';
import type { CliState } from './cli/cliState';
import type { PlanWindow } from './cli/planWindows';
import type { ConfigFileState, ConfigPreview, ConnectOptions } from './connect/configFiles';
import { configProgram, configValues, guideValues } from './connect/connectSchemas';
import type { GuideStep, GuideSummary } from './connect/guide';
import { call, topic } from './contractKinds';
import type { ConversationRow, FoundConversation, StoredConversation } from './conversations/conversationRows';
import { conversationFilter, conversationTitle, exportFormat } from './conversations/conversationSchemas';
import type {
  ConversationFilterValues,
  ExportedConversation,
  LiveTurn,
  MessagesPart,
} from './conversations/conversationTexts';
import type { DesktopState, LoginItemState } from './desktopState';
import { MAINTENANCE_CALLS } from './maintenance/maintenanceCalls';
import type { StorageState } from './maintenance/storageState';
import type { UpdateState } from './maintenance/updateState';
import type { Problem } from './problems';
import type { DayUsage } from './reports/dayUsage';
import type { AskState, HomeReport } from './reports/homeReport';
import { askedQuestion, usageQuery } from './reports/querySchemas';
import type { PlanHistory, UsageReport } from './reports/usageReport';
import type { FilterValues, RequestPage } from './requests/requestFilter';
import { requestFilter } from './requests/requestFilterSchema';
import type { DialectTitle, RequestDetails, RequestRow } from './requests/requestRows';
import type { RequestTexts, RequestWire, TextsWithheld } from './requests/requestTexts';
import type { CheckedValue } from './settingKinds';
import { type SettingsValues, SHOWN_SETTING_NAMES, type ShownSettingName, type ShownSettings } from './settings';
import { shownSettingsChange } from './settingsSchema';

export type { ApiKey, CreatedKey, KeyChange, KeyScope, KeysState, KeyUsage, NewKey } from './access/keys';
export type { Knock, KnockRemedy } from './access/knocks';
export type { AccountsState, CliAccount } from './cli/accounts';
export type { CliPhase, CliState } from './cli/cliState';
export type { Billing, PayChoice, Payer, PayWith } from './cli/payer';
export type { PlanWindow } from './cli/planWindows';
export type { ConfigFileState, ConfigPreview, ConfigProgram, ConnectOptions, LanAddress } from './connect/configFiles';
export type {
  ConversationPhase,
  ConversationRow,
  FoundConversation,
  StoredConversation,
} from './conversations/conversationRows';
export type {
  ConversationFilter,
  ConversationFilterValues,
  ExportedConversation,
  ExportFormat,
  LiveTurn,
  MessagesPart,
  SaidMessage,
} from './conversations/conversationTexts';
export type { DesktopState, LoginItemState, PageRequest } from './desktopState';
export type { QuarantinedDatabase, RestoreResult, StorageState } from './maintenance/storageState';
export type { UpdatePhase, UpdateState } from './maintenance/updateState';
export type { Problem, ProblemCode } from './problems';
export type { ClientUsage, DayUsage, ModelUsage } from './reports/dayUsage';
export type { AskState, AskTurn, FailedRequest, HomeReport, UsualDay } from './reports/homeReport';
export type {
  PlanHistory,
  UsageBucket,
  UsageGrouping,
  UsagePeriod,
  UsageQuery,
  UsageReport,
  UsageSums,
} from './reports/usageReport';
export type { RequestOutcome } from './requests/outcomes';
export type { FilterValues, RequestFilter, RequestPage } from './requests/requestFilter';
export type { DialectName, DialectTitle, RequestDetails, RequestPhase, RequestRow } from './requests/requestRows';
export type { RequestTexts, RequestWire, SaidPart, TextsWithheld, WireSide } from './requests/requestTexts';

export type ServerPhase = 'starting' | 'running' | 'stopping' | 'stopped' | 'error';

export interface ServerState {
  phase: ServerPhase;
  /** The address that the server listens on, or will once it is started: `0.0.0.0`. */
  host: string;
  port: number;
  /** The address for clients on this computer: `http://127.0.0.1:22434`. */
  url: string;
  /** Present in phase `error`. */
  problem?: Problem;
  startedAt?: number;
}

/** The settings that the window shows and changes. */
export type AppSettings = { [N in ShownSettingName]: SettingsValues[N] };

export type Theme = AppSettings['theme'];

/** What sets a value that the window shows and can change for this run alone: a variable or an option of the command line. */
export type PinnedSettings = { [N in ShownSettingName]?: string };

/** What of the settings holds for this run of the app. */
export interface RunSettings {
  /** The pinned settings that the user has changed for this run. */
  changed: ShownSettingName[];
  /** What variables add to lists, by setting. */
  added: { [N in ShownSettingName]?: readonly string[] };
}

/** A model that clients can name. */
export interface ModelName {
  id: string;
  /** For people, such as `Sonnet`. */
  title: string;
  /** The full name of the model that it stands for. */
  fullName: string;
}

export interface AppInfo {
  version: string;
  /** As Node names it: `linux`. */
  platform: string;
  /** One entry for each dialect that the server speaks; the journal may hold rows of others. */
  dialects: readonly DialectTitle[];
}

/** Pages that the window may ask the app to open in the browser; the window never names an address itself. */
export type ExternalPage = z.infer<typeof externalPage>;
const externalPage = z.enum(['install-cli', 'docs', 'readme']);

/** Of a link in a text: no scheme but these may reach the system, which would start any program that is registered for it. */
const linkAddress = z.url({ protocol: /^https?$/ }).max(4_000);

const id = z.string().max(200);
const time = z.number();
const rowLimit = z.int().min(1).max(1000);

/**
 * Every call that the window may make: the schemas of its arguments and the type of its result. A new call is an entry here, a handler in
 * app/core/calls.ts (or, if it needs Electron, in app/desktop/desktop.ts), and the code that makes the call.
 */
export const CALLS = {
  ...APP_CALLS,
  'server.start': call<ServerState>()(),
  'server.stop': call<ServerState>()(),
  /** Starts the server on a port that is free, for this run of the app. */
  'server.startOnFreePort': call<ServerState>()(),
  /** Searches for the CLI again and reads its version and sign-in state. */
  'cli.check': call<CliState>()(),
  /**
   * Runs `claude auth login`, which opens the browser; the topic `cli` has its address meanwhile. Resolves when the user has signed in or the
   * sign-in was cancelled; rejects where it fails or takes longer than 10 minutes.
   */
  'cli.signIn': call<CliState>()(),
  /** Ends the sign-in that is under way, if there is one. */
  'cli.cancelSignIn': call<CliState>()(),
  /** Adds an account, in which nobody is signed in yet, and returns its id. Rejects where another account has the name, or there are too many. */
  'accounts.add': call<string>()(ownersName),
  /** As `cli.signIn`, for this account; the topic `accounts` has the address. `cli.signIn` is that of the default account. */
  'accounts.signIn': call<AccountsState>()(id),
  'accounts.cancelSignIn': call<AccountsState>()(id),
  /** Rejects like `accounts.add`. */
  'accounts.rename': call<AccountsState>()(id, ownersName),
  /** From now on it answers the requests whose keys name no account. */
  'accounts.makeDefault': call<AccountsState>()(id),
  /** Ends its answers, signs it out and deletes its folder. Keys that name it are refused. Rejects for the default and the main account. */
  'accounts.remove': call<AccountsState>()(id),
  /** Sets who pays, where the user can choose, and takes the notice about it away. */
  'cli.payWith': call<CliState>()(z.enum(['subscription', 'environment'])),
  /** null where the request is not known any more. */
  'requests.details': call<RequestDetails | null>()(id),
  /** At most `limit` requests that arrived before a time, newest first. */
  'requests.older': call<RequestRow[]>()(time, rowLimit),
  /** The requests that pass the filter, of all that is stored or running, newest first: at most `limit` that arrived before a time. */
  'requests.search': call<RequestPage>()(requestFilter, time, rowLimit),
  /** The clients, models and keys that occur in the stored requests. */
  'requests.filterValues': call<FilterValues>()(),
  /** Question and answer. null where nothing has changed since `version`; a reason where there are no texts. */
  'requests.said': call<RequestTexts | TextsWithheld | null>()(id, z.int().min(-1)),
  /** Headers and bodies, for the latest requests of this run; null for others. */
  'requests.wire': call<RequestWire | null>()(id),
  /** Ends the answer; its client gets what it has so far and the end. Does nothing where the request has ended. */
  'requests.stop': call<void>()(id),
  /** Sends the request once more, as it was; returns the new one's id. Rejects where it is not known any more. */
  'requests.askAgain': call<string>()(id),
  /** A curl command that sends the request again, without its secrets. Rejects like `askAgain`. */
  'requests.curl': call<string>()(id),
  /** Saves these requests as an HAR 1.2 file where the user chooses. Returns the file's path; null where the user cancelled. */
  'requests.exportHar': call<string | null>()(z.array(id).min(1).max(1000)),
  /** Deletes the requests that have ended; the day's totals stay. */
  'requests.clear': call<void>()(),
  /** What the page Home shows besides the topics; of requests, those that are written. */
  'home.query': call<HomeReport>()(),
  /** Asks a question in the window's own conversation; the topic `asks` has the answer. Returns the request's id. Rejects while another is answered. */
  'ask.start': call<string>()(askedQuestion),
  'ask.stop': call<void>()(),
  /** Begins another conversation. */
  'ask.clear': call<void>()(),
  /** Counted as the topic `usage` counts a day. */
  'usage.query': call<UsageReport>()(usageQuery),
  /** How the use of all accounts' plan windows went on between two times, at most 35 days ago. */
  'usage.planHistory': call<PlanHistory[]>()(time, time),
  /** Saves the report as a CSV file where the user chooses. Returns the file's path; null where the user cancelled. */
  'usage.exportCsv': call<string | null>()(usageQuery),
  /** Ends the conversation's process; its history stays stored. */
  'conversations.end': call<void>()(id),
  /** At most `limit` stored conversations last used before a time, newest first. */
  'conversations.list': call<StoredConversation[]>()(time, rowLimit),
  /** The messages of a stored conversation from a position on, some hundred at a time; null where texts are not stored or it is gone. */
  'conversations.read': call<MessagesPart | null>()(id, z.int().min(0)),
  /** The stored conversations that pass the filter, newest first, at most `limit`. */
  'conversations.search': call<FoundConversation[]>()(conversationFilter, rowLimit),
  'conversations.filterValues': call<ConversationFilterValues>()(),
  /** The latest turn of a live conversation. null where nothing has changed since `version`, there was no turn, or texts are kept out. */
  'conversations.live': call<LiveTurn | null>()(id, z.int().min(-1)),
  /** Ends the answer that is given now; the conversation stays. Returns whether there was one. */
  'conversations.interrupt': call<boolean>()(id),
  /** Gives a stored conversation a title; an empty one takes it away. Rejects where it is not stored. */
  'conversations.rename': call<void>()(id, conversationTitle),
  /** A stored conversation as a file's name and text. Rejects where its texts are not stored. */
  'conversations.exportText': call<ExportedConversation>()(id, exportFormat),
  /** Saves a conversation where the user chooses. Returns the file's path; null where the user cancelled. Rejects like `exportText`. */
  'conversations.export': call<string | null>()(id, exportFormat),
  /** Deletes a conversation's history and ends its process, if it has one. */
  'conversations.delete': call<void>()(id),
  /** Resolves when nothing of any conversation is left in a file; `StorageState.deletion` has the progress. */
  'conversations.deleteAll': call<void>()(),
  ...MAINTENANCE_CALLS,
  /** Changes a setting as the knock offers. Rejects where it does not offer this any more. */
  'knocks.allow': call<AppSettings>()(id, z.enum(REMEDY_SETTINGS)),
  'knocks.dismiss': call<void>()(id),
  /** The settings that the page shows, without their values. They do not change while the app runs. */
  'settings.table': call<ShownSettings>()(),
  /** Reads what the user has typed into a setting's field. A fault is a sentence for the user. */
  'settings.parse': call<CheckedValue<SettingsValues[ShownSettingName]>>()(
    z.enum(SHOWN_SETTING_NAMES),
    z.string().max(100_000),
  ),
  /** Rejects with what is wrong with the change. A new host or port restarts the server. */
  'settings.change': call<AppSettings>()(shownSettingsChange),
  /** As `settings.change`, for pinned settings and until the app ends. */
  'settings.changeForRun': call<AppSettings>()(shownSettingsChange),
  /** Gives a pinned setting back the value of what pins it. */
  'settings.endChangeForRun': call<AppSettings>()(z.enum(SHOWN_SETTING_NAMES)),
  /** All models that a client can name, also those that are not listed. Rejects where the CLI cannot tell. */
  'models.all': call<ModelName[]>()(),
  'keys.list': call<KeysState>()(),
  /** The only time that the secret is shown. Rejects where the key cannot be stored, or another key has the name. */
  'keys.create': call<CreatedKey>()(newKey),
  /** Rejects like `keys.create`, and where there is no such key. */
  'keys.change': call<ApiKey>()(id, keyChange),
  /** From now on the key is refused, and what it has running ends. It stays listed. */
  'keys.revoke': call<ApiKey>()(id),
  /** Revokes the key and takes it off the list. Its requests and conversations stay, under its name. */
  'keys.delete': call<void>()(id),
  /** Every program that has a guide, in the order of the page. They do not change while the app runs. */
  'connect.guides': call<readonly GuideSummary[]>()(),
  /** The steps of the guide with this id. Rejects where there is none. */
  'connect.steps': call<readonly GuideStep[]>()(id, guideValues),
  /** This computer's addresses, the models, and the configuration files that can be written. */
  'connect.options': call<ConnectOptions>()(),
  /** What a write would change in the program's configuration file. Rejects where it cannot be read or changed. */
  'connect.preview': call<ConfigPreview>()(configProgram, configValues),
  /** Writes what the preview with this token has shown, after a backup. Rejects where the file has changed since. */
  'connect.write': call<ConfigFileState>()(configProgram, configValues, z.string().max(100)),
  /** Takes the latest write back. Rejects where the file has changed since. */
  'connect.undo': call<ConfigFileState>()(configProgram),
  'loginItem.set': call<LoginItemState>()(z.boolean()),
  /** Takes `DesktopState.pageRequest` away. */
  'desktop.pageOpened': call<void>()(),
  'clipboard.copy': call<void>()(z.string().max(1_000_000)),
  'externalPage.open': call<void>()(externalPage),
  /** Asks the user whether to open the page of a link in a text. Resolves when they have answered. */
  'link.open': call<void>()(linkAddress),
};

export type CallName = keyof typeof CALLS;
export type CallArguments<N extends CallName> = z.infer<(typeof CALLS)[N]['arguments']>;
export type CallResult<N extends CallName> = NonNullable<(typeof CALLS)[N]['resultType']>['of'];

/** The functions that answer the calls. */
export type CallHandlers = {
  [N in CallName]: (...args: CallArguments<N>) => CallResult<N> | Promise<CallResult<N>>;
};

/** What the window can subscribe to. The value of each topic replaces the one before it, except that of `requests`. */
export const TOPICS = {
  app: topic<AppInfo>(),
  server: topic<ServerState>(),
  cli: topic<CliState>(),
  accounts: topic<AccountsState>(),
  /** The plan's windows of the account that pays by default. */
  planWindows: topic<readonly PlanWindow[]>(),
  /** A snapshot has the newest 500 rows, newest first; a change has the rows that are new or have changed. */
  requests: topic<RequestRow[]>(),
  /** The live conversations. */
  conversations: topic<ConversationRow[]>(),
  /** How many processes are ready for the next request. */
  spares: topic<number>(),
  /** Today's usage. */
  usage: topic<DayUsage>(),
  storage: topic<StorageState>(),
  keys: topic<KeysState>(),
  update: topic<UpdateState>(),
  /** What is asked in the window itself. */
  asks: topic<AskState>(),
  /** What `claudacity test` asks. */
  trials: topic<AskState>(),
  settings: topic<AppSettings>(),
  pinned: topic<PinnedSettings>(),
  runSettings: topic<RunSettings>(),
  /** Refused requests of this run, by who sent them and why, the latest first. */
  knocks: topic<Knock[]>(),
  loginItem: topic<LoginItemState>(),
  desktop: topic<DesktopState>(),
};

export type Topic = keyof typeof TOPICS;

/** The topics that only an app with a window has. */
export type DesktopTopic = 'loginItem' | 'desktop';
export type TopicValues = { [T in Topic]: NonNullable<(typeof TOPICS)[T]['valueType']>['of'] };

export interface TopicUpdate<T extends Topic = Topic> {
  /**
   * Whether this is a snapshot, with the values of all topics of the subscription: the first update, and the first after the window was hidden.
   * The page has not received the changes from between two snapshots.
   */
  snapshot: boolean;
  values: { [P in T]?: TopicValues[P] };
}

/** What the preload puts on the page as `window.claudacity`. */
export interface Bridge {
  /** Rejects with a message for the user. */
  call<N extends CallName>(name: N, ...args: CallArguments<N>): Promise<CallResult<N>>;
  /**
   * Calls the listener with a snapshot of the topics, then with their changes, at most once in 50 ms and not while the window is hidden.
   * Returns the function that ends the subscription.
   */
  subscribe<T extends Topic>(topics: readonly T[], listener: (update: TopicUpdate<T>) => void): () => void;
}
