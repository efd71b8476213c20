/**
 * The app without its window: settings, log, store, claude, chat and api as one object that can be started and stopped.
 * The desktop shell, the command line and the tests all hold it; nothing of Electron is in it.
 */
import os from 'node:os';
import path from 'node:path';
import { dialectTitles } from './api/dialectTable';
import { type ApiServer, createApi } from './api/server';
import { createChat } from './chat/chat';
import { createLiveConversations } from './chat/conversation/liveConversations';
import type { Message } from './chat/request';
import type { ConversationStatus } from './chat/service';
import { type ClaudeState, createClaude } from './claude/claude';
import type { Log } from './log/log';
import type { Settings } from './settings/settings';
import type {
  AppSettings,
  AppSnapshot,
  AppUpdate,
  CliState,
  ConversationRow,
  PinnedSettings,
  Problem,
  RequestDetails,
  RequestRow,
  ServerState,
  StoredConversation,
  StoredMessage,
} from './shared/contract';
import { errorText } from './shared/errorText';
import { SHOWN_SETTING_NAMES } from './shared/settings';
import { openConversationStore } from './store/conversationStore';
import { openDatabase } from './store/database';
import { openJournal } from './store/sqliteJournal';
import { createUpdates } from './updates';

export type CoreSnapshot = Omit<AppSnapshot, 'loginItem'>;
export type CoreUpdate = Omit<AppUpdate, 'loginItem'>;

export interface CoreOptions {
  /** Where the database, the log and the processes' folder are. */
  readonly dataDir: string;
  readonly settings: Settings;
  readonly log: Log;
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  /** A source checkout whose own CLI serves where the user has none; absent in an installed app. */
  readonly checkout?: string | undefined;
}

export interface Core {
  /** Finds the CLI, starts the first processes and, unless the settings say otherwise, the server. Faults become state, not errors. */
  start(): Promise<void>;
  /** Ends the server, every child and the store, in that order. Resolves when all are gone. */
  stop(): Promise<void>;
  snapshot(): CoreSnapshot;
  /** Updates come in batches, at most one every 50 ms. Returns the function that ends the subscription. */
  subscribe(listener: (update: CoreUpdate) => void): () => void;
  startServer(): Promise<ServerState>;
  stopServer(): Promise<ServerState>;
  /** Looks for the CLI and asks for its version and sign-in state anew. */
  checkCli(): Promise<CliState>;
  /** Runs `claude auth login` and resolves when it has ended. */
  signIn(): Promise<CliState>;
  requestDetails(id: string): RequestDetails | null;
  olderRequests(before: number, limit: number): RequestRow[];
  clearRequests(): void;
  endConversation(id: string): Promise<void>;
  /** Kept conversations last used before `before`, newest first. */
  storedConversations(before: number, limit: number): StoredConversation[];
  /** null where texts are not kept, or it is gone. */
  readConversation(id: string): StoredMessage[] | null;
  /** Deletes it, and ends its process if it has one. */
  deleteConversation(id: string): Promise<void>;
  deleteConversations(): Promise<void>;
  /** A change of host or port takes effect at once where the server runs. @throws Error that says what is wrong with the change. */
  changeSettings(change: Partial<AppSettings>): Promise<AppSettings>;
}

/** How many rows of the log a window starts with; it asks for older ones as it needs them. */
const SNAPSHOT_ROWS = 500;

const PRUNE_EVERY_MS = 60 * 60_000;

export function createCore({ dataDir, settings, log, version, env, checkout }: CoreOptions): Core {
  const database = openDatabase(path.join(dataDir, 'claudacity.db'), log);
  const journal = openJournal({ database, log });
  const conversations = openConversationStore({
    database,
    log,
    retention: () => {
      const { keepTexts, keepDays, keepMegabytes } = settings.value;
      return { keepTexts, keepDays, keepBytes: keepMegabytes * 1024 * 1024 };
    },
  });
  let server: ServerState = stopped(settings);
  let pruning: NodeJS.Timeout | undefined;

  const live = createLiveConversations(() => updates.changed('conversations', 'spares'));
  const claude = createClaude({
    cliPath: () => settings.value.cliPath,
    env,
    ownPorts: () => [server.port, settings.value.port],
    workspace: path.join(dataDir, 'workspace'),
    reclaim: live.reclaim,
    registerFolder: path.join(dataDir, 'children'),
    sessionFolder: path.join(dataDir, 'replay'),
    storesTexts: () => settings.value.keepTexts,
    maxProcesses: (processBytes) => settings.value.maxProcesses ?? limitByMemory(processBytes),
    isolated: () => settings.value.isolation,
    checkouts: checkout === undefined ? [] : [checkout],
    onChange: () => updates.changed('cli', 'spares'),
    onWarning: (message) => log.warn(message),
  });
  const chat = createChat({
    claude,
    live,
    conversationHistory: conversations,
    idleMs: () => settings.value.idleMinutes * 60_000,
    usersAreIds: () => settings.value.usersAreIds,
  });
  const api: ApiServer = createApi({
    chat,
    journal,
    log,
    version,
    origins: () => settings.value.origins,
    sendsSampling: () => settings.value.sendSampling,
    fetchesImages: () => settings.value.fetchImages,
    status: () => ({ server, cli: cliState(claude.state) }),
  });

  const parts = {
    server: () => server,
    cli: () => cliState(claude.state),
    conversations: (): ConversationRow[] => chat.liveConversations().map(conversationRow),
    spares: () => claude.spares,
    day: () => journal.day(Date.now()),
    settings: () => appSettings(settings),
    pinned: (): PinnedSettings => settings.pinned,
  };
  const updates = createUpdates(parts);
  const unlisten = [
    journal.onChange((row) => {
      updates.row(row);
      if (row.durationMs !== null) updates.changed('day');
    }),
    settings.onChange(() => updates.changed('settings')),
  ];

  const become = (next: ServerState): ServerState => {
    server = next;
    updates.changed('server');
    return next;
  };

  // Starts and stops follow one another: a second click waits for the first to be carried out.
  let serverWork: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = serverWork.then(work, work);
    serverWork = next.catch(() => {});
    return next;
  };

  const open = async (): Promise<ServerState> => {
    if (server.phase === 'running') return server;
    const { host, port } = settings.value;
    become({ phase: 'starting', host, port, url: urlOf(host, port) });
    try {
      const bound = await api.listen(host, port);
      log.info('the server is listening', { host, port: bound.port });
      return become({ phase: 'running', host, port: bound.port, url: urlOf(host, bound.port), startedAt: Date.now() });
    } catch (error) {
      const problem = listenProblem(error, host, port);
      log.error('the server could not be started', { host, port, error: String(error) });
      return become({ phase: 'error', host, port, url: urlOf(host, port), problem });
    }
  };

  const shut = async (): Promise<ServerState> => {
    if (server.phase === 'running') {
      become({ ...server, phase: 'stopping' });
      await api.close();
      log.info('the server has stopped');
    }
    return become(stopped(settings));
  };

  const checkCli = async (): Promise<CliState> => {
    const state = cliState(await claude.check());
    log.info('the claude CLI was looked for', {
      phase: state.phase,
      path: state.path,
      version: state.version,
      problem: state.problem?.code,
    });
    return state;
  };

  return {
    start: async () => {
      conversations.prune();
      pruning = setInterval(conversations.prune, PRUNE_EVERY_MS);
      pruning.unref();
      await Promise.all([checkCli(), settings.value.startServer ? inTurn(open) : undefined]);
    },
    stop: async () => {
      for (const end of unlisten) end();
      clearInterval(pruning);
      await inTurn(shut);
      await claude.close();
      updates.close();
      journal.close();
      database.close();
    },
    snapshot: () => ({
      version,
      platform: process.platform,
      dialects: dialectTitles,
      server: parts.server(),
      cli: parts.cli(),
      requests: journal.recent(SNAPSHOT_ROWS),
      conversations: parts.conversations(),
      spares: parts.spares(),
      day: parts.day(),
      settings: parts.settings(),
      pinned: parts.pinned(),
    }),
    subscribe: updates.subscribe,
    startServer: () => inTurn(open),
    stopServer: () => inTurn(shut),
    checkCli,
    signIn: async () => cliState(await claude.signIn()),
    requestDetails: (id) => journal.details(id),
    olderRequests: (before, limit) => journal.older(before, limit),
    clearRequests: () => journal.clear(),
    endConversation: async (id) => {
      await chat.endConversation(id);
    },
    storedConversations: conversations.list,
    readConversation: (id) => conversations.messages(id)?.map(storedMessage) ?? null,
    deleteConversation: async (id) => {
      await chat.endConversation(id);
      conversations.delete(id);
    },
    deleteConversations: async () => {
      await Promise.all(chat.liveConversations().map(({ id }) => chat.endConversation(id)));
      conversations.deleteAll();
    },
    changeSettings: async (change) => {
      const before = settings.value;
      const { host, port, cliPath, keepTexts } = settings.change(change);
      // Who turns it off does not want what was kept before either.
      if (before.keepTexts && !keepTexts) conversations.deleteAll();
      conversations.prune();
      if (cliPath !== before.cliPath) void checkCli();
      if (host !== before.host || port !== before.port) {
        await inTurn(async () => {
          if (server.phase === 'stopped') return become(stopped(settings));
          await shut();
          return open();
        });
      }
      return appSettings(settings);
    },
  };
}

/** A quarter of the memory; two at the least, since one would have to end for every other conversation. */
function limitByMemory(processBytes: number): number {
  return Math.max(2, Math.min(16, Math.floor(os.totalmem() / 4 / processBytes)));
}

function stopped(settings: Settings): ServerState {
  const { host, port } = settings.value;
  return { phase: 'stopped', host, port, url: urlOf(host, port) };
}

/** An address that listens everywhere is reached on this computer through loopback. */
function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function listenProblem(error: unknown, host: string, port: number): Problem {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return {
      code: 'port_taken',
      message: `Port ${port} is taken by another program.`,
      remedy: 'End that program, or choose another port in the settings.',
    };
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      code: 'address_unavailable',
      message: `${host} is not an address of this computer.`,
      remedy: 'Choose another address in the settings: `127.0.0.1` for this computer alone, `0.0.0.0` for the network.',
    };
  }
  return {
    code: 'server_failed',
    message: `The server could not be started: ${errorText(error)}.`,
    remedy: code === 'EACCES' ? 'Choose a port above 1023 in the settings.' : 'Start it again, or choose another port.',
  };
}

const PROBLEM_CODES = {
  missing: 'cli_missing',
  outdated: 'cli_outdated',
  failed: 'cli_failed',
  signed_out: 'signed_out',
} as const;

function cliState({ phase, path: file, version, account, problem }: ClaudeState): CliState {
  return {
    phase,
    ...(file === undefined ? {} : { path: file }),
    ...(version === undefined ? {} : { version }),
    ...(account ? { authMethod: account.authMethod } : {}),
    ...(account?.email ? { account: account.email } : {}),
    ...(problem
      ? { problem: { code: PROBLEM_CODES[problem.kind], message: problem.message, remedy: problem.remedy } }
      : {}),
  };
}

function conversationRow(live: ConversationStatus): ConversationRow {
  const { expiresAt, ...rest } = live;
  return {
    ...rest,
    expiresAt: expiresAt === Number.POSITIVE_INFINITY ? null : expiresAt,
  };
}

function appSettings(settings: Settings): AppSettings {
  return Object.fromEntries(SHOWN_SETTING_NAMES.map((name) => [name, settings.value[name]])) as AppSettings;
}

function storedMessage({ role, content }: Message): StoredMessage {
  const texts = content.map((block) => (block.type === 'text' ? block.text : `[${block.type.replace('_', ' ')}]`));
  return { role, text: texts.join('\n') };
}
