/**
 * What crosses between the app and its window: the state the window shows and the calls it may make.
 * Imports nothing but its neighbours in this folder, so that the page can be built without any of the app behind it.
 *
 * Units: `…Ms` are milliseconds, `…At` are milliseconds since the epoch, `…Bytes` are bytes, `…Usd` are US dollars.
 */
import type { SettingsValues, ShownSettingName } from './settings';
import type { Usage } from './usage';

/** A fault that the user can do something about: what is wrong, and how to mend it. */
export interface Problem {
  /** Stable, for tests and for choosing the action that the window offers. */
  code:
    | 'cli_missing'
    | 'cli_outdated'
    | 'cli_failed'
    | 'signed_out'
    | 'port_taken'
    | 'address_unavailable'
    | 'server_failed';
  /** One sentence: what is wrong. */
  message: string;
  /** What to do about it, in words; may hold a command in backticks. */
  remedy: string;
}

export type ServerPhase = 'starting' | 'running' | 'stopping' | 'stopped' | 'error';

export interface ServerState {
  phase: ServerPhase;
  /** The address it listens on, or would: `0.0.0.0` and the like. */
  host: string;
  port: number;
  /** What to type into a client on this computer, e.g. `http://127.0.0.1:22434`. */
  url: string;
  /** Present in phase `error`. */
  problem?: Problem;
  startedAt?: number;
}

export type CliPhase = 'checking' | 'ready' | 'problem';

/** The `claude` CLI that answers: where it is, and whether it can. */
export interface CliState {
  phase: CliPhase;
  path?: string;
  version?: string;
  /** How it is signed in, as `claude auth status` says: `claude.ai`, `api_key`… */
  authMethod?: string;
  account?: string;
  problem?: Problem;
}

/** The name of a dialect as the journal stores it: `ollama`, or `app` for the app's own paths. */
export type DialectName = string;

/** What the window shows in place of a dialect's name. */
export interface DialectTitle {
  name: DialectName;
  title: string;
}

/** `waiting`: nothing has been sent to the client yet. `failed` carries an error. `cancelled`: the client hung up. */
export type RequestPhase = 'waiting' | 'streaming' | 'done' | 'failed' | 'cancelled';

/** One row of the request log. */
export interface RequestRow {
  id: string;
  at: number;
  /** A name for the program that asked, from its User-Agent and headers: `ollama-js`, `Open WebUI`, `curl`. */
  client: string;
  /** The peer's address. */
  address: string;
  dialect: DialectName;
  method: string;
  path: string;
  /** As the client named it; empty for requests that name none. */
  model: string;
  stream: boolean;
  phase: RequestPhase;
  /** HTTP status; 499 where the client hung up; null until it is known. */
  status: number | null;
  usage: Usage | null;
  /** From the request's arrival to the first text, thinking or tool call sent. */
  firstTokenMs: number | null;
  durationMs: number | null;
}

/** The rest of what is known of a request; no prompt or answer text is among it. */
export interface RequestDetails extends RequestRow {
  userAgent: string;
  /** The model that answered, in full: `claude-sonnet-5-5`. */
  resolvedModel: string | null;
  conversation: string | null;
  /** How it was served: a new process, a history replayed, or the process that already held it. */
  served: 'new' | 'replay' | 'live' | null;
  messages: number | null;
  /** Waiting for a process and preparing it, before the question was asked. */
  loadMs: number | null;
  error: string | null;
  /** Request parameters that could not be honoured. */
  ignored: string[];
  /** What the child could see: its folder, and what was withheld from it. */
  isolation: string | null;
}

export type ConversationPhase = 'preparing' | 'answering' | 'waiting_for_tool' | 'idle';

/** A live conversation: a `claude` process that holds its turns. */
export interface ConversationRow {
  id: string;
  client: string;
  model: string;
  phase: ConversationPhase;
  turns: number;
  usage: Usage;
  startedAt: number;
  lastUsedAt: number;
  pid: number | null;
  /** When its process ends unless it is used again; null while it is busy and where it is kept for good. */
  expiresAt: number | null;
}

/** A conversation that is kept, whether or not a process holds it. */
export interface StoredConversation {
  id: string;
  /** The client's own name for it. */
  name: string | null;
  client: string;
  model: string;
  /** The start of the first question; empty where texts are not kept. */
  title: string;
  createdAt: number;
  usedAt: number;
  turns: number;
  bytes: number;
  usage: Usage;
}

/** One message of a kept conversation, for reading. */
export interface StoredMessage {
  role: 'user' | 'assistant';
  /** Its texts; what else it holds stands in brackets: `[image]`. */
  text: string;
}

export interface ModelUsage {
  model: string;
  requests: number;
  usage: Usage;
}

/** Use since midnight, local time. */
export interface DayUsage {
  /** `2026-11-22` */
  day: string;
  requests: number;
  failed: number;
  usage: Usage;
  models: ModelUsage[];
  /** Tokens of all kinds in each of the day's 24 hours, for the chart. */
  hourly: Usage[];
}

/** The settings that the window shows and changes. */
export type AppSettings = { [N in ShownSettingName]: SettingsValues[N] };

export type Theme = AppSettings['theme'];

/** What sets a value that the window shows but cannot change: a variable or an option of the command line. */
export type PinnedSettings = { [N in ShownSettingName]?: string };

export interface LoginItemState {
  supported: boolean;
  enabled: boolean;
}

/** All that the window shows, at one moment. */
export interface AppSnapshot {
  version: string;
  platform: string;
  /** One entry for each dialect that the server speaks; the journal may hold rows of others. */
  dialects: readonly DialectTitle[];
  server: ServerState;
  cli: CliState;
  requests: RequestRow[];
  conversations: ConversationRow[];
  /** Processes that are ready for the next request. */
  spares: number;
  day: DayUsage;
  settings: AppSettings;
  pinned: PinnedSettings;
  loginItem: LoginItemState;
}

/**
 * A change since the last update: each field present replaces what the window holds, except `requests`,
 * whose rows are new or take the place of the row with the same id. At most one update every 50 ms.
 */
export type AppUpdate = Partial<Omit<AppSnapshot, 'version' | 'platform' | 'dialects'>>;

/** Pages that the window may ask the app to open in the browser; the window never names an address itself. */
export type ExternalPage = 'install-cli' | 'docs' | 'readme';

/** What the window may ask for, by channel: arguments and answer. */
export interface Calls {
  'app:snapshot': { args: []; result: AppSnapshot };
  'server:start': { args: []; result: ServerState };
  'server:stop': { args: []; result: ServerState };
  'cli:check': { args: []; result: CliState };
  /** Runs `claude auth login`, which opens the browser. */
  'cli:sign-in': { args: []; result: CliState };
  'request:details': { args: [id: string]; result: RequestDetails | null };
  /** Rows older than the ones in the snapshot, newest first; at most `limit`. */
  'request:older': { args: [before: number, limit: number]; result: RequestRow[] };
  'request:clear': { args: []; result: null };
  'conversation:end': { args: [id: string]; result: null };
  /** Kept conversations last used before `before`, newest first; at most `limit`. */
  'conversation:stored': { args: [before: number, limit: number]; result: StoredConversation[] };
  /** What was said in it; null where texts are not kept or it is gone. */
  'conversation:read': { args: [id: string]; result: StoredMessage[] | null };
  /** Deletes it, and ends its process if it has one. */
  'conversation:delete': { args: [id: string]; result: null };
  'conversation:delete-all': { args: []; result: null };
  'settings:change': { args: [change: Partial<AppSettings>]; result: AppSettings };
  'login:set': { args: [enabled: boolean]; result: LoginItemState };
  'clipboard:copy': { args: [text: string]; result: null };
  'external:open': { args: [page: ExternalPage]; result: null };
}

export type Channel = keyof Calls;

/** The one channel on which the app speaks to the window unasked. */
export const UPDATE_CHANNEL = 'app:update';

/** What the preload puts on the page as `window.claudacity`. */
export interface Bridge {
  call<C extends Channel>(channel: C, ...args: Calls[C]['args']): Promise<Calls[C]['result']>;
  /** Returns the function that ends the subscription. */
  onUpdate(listener: (update: AppUpdate) => void): () => void;
}
