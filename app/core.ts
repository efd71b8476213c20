/**
 * The app without its window: settings, log, store, claude, chat and api as one object that can be started and stopped.
 * The desktop shell, the command line and the tests all use it; nothing of Electron is in it.
 */
import path from 'node:path';
import { dialectTitles } from './api/dialectTable';
import { createKnocks } from './api/http/access/knocks';
import type { BodyLimits } from './api/http/body/jsonBody';
import { createApi } from './api/server';
import { createChat } from './chat/chat';
import { createLiveConversations } from './chat/conversation/liveConversations';
import { type ClaudeTimes, createClaude } from './claude/claude';
import { createConfigWriter } from './connect/configWriter';
import { type Control, openControl } from './control/controlServer';
import type { AppHost } from './core/appCalls';
import { createAsking } from './core/ask/ask';
import { type CoreCalls, coreCalls } from './core/calls';
import { diagnose } from './core/diagnose';
import { maxProcessesFor, memoryLimit } from './core/memoryLimit';
import { onMidnight } from './core/midnight';
import { bugReport } from './core/report/report';
import { requestsHar } from './core/requests/requestCalls';
import { createServerControl } from './core/serverControl';
import { openStorage } from './core/storage';
import { createTopics, type TopicSources, type Topics } from './core/topics';
import { NO_UPDATER, type Updater } from './core/update/updater';
import { createUpdates } from './core/update/updates';
import { recordPlanWindows } from './core/usage/usageCalls';
import { answeringNow, appSettings, cliState, conversationRow, logCliState, runSettings } from './core/windowValues';
import { openKeyRing } from './keys/keyRing';
import type { Log } from './log/log';
import type { Settings } from './settings/settings';
import type { CliState, DesktopTopic, TopicValues } from './shared/contract';
import { errorText } from './shared/errorText';
import { openJournal } from './store/sqliteJournal';
import { createHomeReports } from './store/usageReports/homeReports';
import { createPlanHistory } from './store/usageReports/planHistory';

export interface CoreOptions {
  /** Where the database, the log and the processes' folder are. */
  readonly dataDir: string;
  readonly settings: Settings;
  readonly log: Log;
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  /** The program around the core, which the command ends and brings to the front. */
  readonly host?: AppHost | undefined;
  /** A source checkout whose own CLI serves where the user has none; absent in an installed app. */
  readonly checkout?: string | undefined;
  /** Deadlines of the CLI that differ from the default ones, for tests. */
  readonly claudeTimes?: Partial<ClaudeTimes> | undefined;
  /** As in `ClaudeOptions`, like the one that follows. */
  readonly measuresModels?: boolean | undefined;
  readonly apiHosts?: readonly string[] | undefined;
  /** See `ApiDeps`. */
  readonly readerTimeoutMs?: number | undefined;
  /** Limits of request bodies that differ from the default ones. */
  readonly bodyLimits?: Partial<BodyLimits> | undefined;
  /** Absent in the server without a window. */
  readonly updater?: Updater | undefined;
}

export interface Core {
  /**
   * Finds the CLI, starts the first processes and, unless the settings say otherwise, the server. Faults become state, not errors.
   * @param options `onServerDecided` is called once the server listens, cannot be started, or is not to be. All but the server and the socket of the
   *   command begins once `beforeRest` has resolved: to start a program or a thread holds up this one for some 10 ms.
   */
  start(options?: { beforeRest?: Promise<void>; onServerDecided?: () => void }): Promise<void>;
  /**
   * Ends the server, every child and the store, in that order. Resolves when all are gone. A second call can shorten the first one.
   * @param graceMs the time that running answers have to end; by default that of the settings
   */
  stop(graceMs?: number): Promise<void>;
  /** Stores at once what is not stored yet, and closes the database: for a system that ends the process when this returns. */
  closeStorageNow(): void;
  /** The handlers of the calls that need no Electron. */
  readonly calls: CoreCalls;
  /** The topics that the window can subscribe to. */
  readonly topics: Topics;
  /** The requests as the text of a HAR file. */
  requestsHar(ids: readonly string[]): string;
  /** The current values of all topics but those of the desktop. */
  snapshot(): CoreSnapshot;
}

export type CoreSnapshot = Omit<TopicValues, DesktopTopic>;

/** Rows of the request log in a snapshot; the window asks for older ones as it needs them. */
const SNAPSHOT_ROWS = 500;

export function createCore({
  dataDir,
  settings,
  log,
  version,
  env,
  host,
  checkout,
  claudeTimes,
  measuresModels,
  apiHosts,
  readerTimeoutMs,
  bodyLimits,
  updater = NO_UPDATER,
}: CoreOptions): Core {
  const storage = openStorage({
    dataDir,
    log,
    retention: () => {
      const { keepTexts, keepDays, keepMegabytes } = settings.value;
      return { keepTexts, keepDays, keepBytes: keepMegabytes * 1024 * 1024 };
    },
    onChange: () => topics.changed('storage'),
  });
  const { conversations } = storage;
  const journal = openJournal({ database: storage.database, log, requestTexts: storage.requestTexts });
  const planHistory = createPlanHistory({ database: storage.database, log });
  const keys = openKeyRing({
    database: storage.database,
    log,
    onChange: () => topics.changed('keys'),
    onRevoked: (id) => {
      api.endRequestsOf(id);
      for (const live of chat.liveConversations()) if (live.owner === id) void chat.endConversation(live.id);
    },
  });

  // Read once: the pool asks for the limit with every request, and a group's limit is set when a container starts.
  const memory = memoryLimit();
  const live = createLiveConversations(() => topics.changed('conversations', 'spares'), claudeTimes?.endMs);
  const claude = createClaude({
    cliPath: () => settings.value.cliPath,
    env,
    ownPorts: () => [server.state.port, settings.value.port],
    passVariables: () => settings.value.passVariables,
    payWith: () => settings.value.payWith,
    apiHosts,
    workspace: path.join(dataDir, 'workspace'),
    accountsFile: path.join(dataDir, 'accounts.json'),
    accountsFolder: path.join(dataDir, 'accounts'),
    accountOf: keys.accountOf,
    endConversations: (isTheirs, reason) => chat.endConversationsOf(isTheirs, reason),
    reclaim: live.reclaim,
    registerFolder: path.join(dataDir, 'children'),
    sessionRowsFile: path.join(dataDir, 'sessionRows.json'),
    sessionFolder: path.join(dataDir, 'replay'),
    planWindowsFile: path.join(dataDir, 'planWindows.json'),
    onPlanWindows: () => {
      recordPlanWindows({ planHistory, claude });
      topics.changed('planWindows', 'accounts');
    },
    modelsFile: path.join(dataDir, 'models.json'),
    selfTestFile: path.join(dataDir, 'selfTest.json'),
    times: claudeTimes,
    measuresModels,
    storesTexts: () => settings.value.keepTexts,
    maxProcesses: (processBytes) => settings.value.maxProcesses ?? maxProcessesFor(memory, processBytes),
    isolated: () => settings.value.isolation,
    reuses: () => settings.value.reuseProcesses,
    turnSilenceMs: () => settings.value.turnTimeoutMinutes * 60_000,
    checkouts: checkout === undefined ? [] : [checkout],
    onChange: () => topics.changed('cli', 'accounts', 'planWindows', 'spares'),
    onWarning: (message) => log.warn(message),
    onFolderUse: (folder, error) => {
      if (error === undefined) storage.health.recovered(folder);
      else storage.health.failed(folder, error);
    },
  });
  const chat = createChat({
    claude,
    live,
    conversationHistory: conversations,
    idleMs: () => settings.value.idleMinutes * 60_000,
    usersAreIds: () => settings.value.usersAreIds,
    modelSettings: () => settings.value,
  });
  const asking = createAsking({ chat, journal, log, onChange: () => topics.changed('asks') });
  const trials = createAsking({
    ...{ chat, journal, log, place: 'claudacity test' },
    onChange: () => topics.changed('trials'),
  });
  const knocks = createKnocks({ onChange: () => topics.changed('knocks') });
  const api = createApi({
    chat,
    journal,
    keys,
    log,
    version,
    origins: () => settings.value.origins,
    keylessRanges: () => settings.value.keylessRanges,
    trustsContainers: () => settings.value.trustContainers,
    trustsOwnAddresses: () => settings.value.trustOwnAddresses,
    hostNames: () => settings.value.hostNames,
    knocks,
    sendsSampling: () => settings.value.sendSampling,
    sendsReasoning: () => settings.value.sendReasoning,
    taskModel: () => settings.value.taskModel,
    fetchesImages: () => settings.value.fetchImages,
    readerTimeoutMs,
    bodyLimits,
    keepsBodies: () => settings.value.keepTexts,
    accountOf: claude.accounts.of,
    status: () => ({
      server: server.state,
      cli: cliState(claude, settings),
      accounts: claude.accounts.state.accounts,
      storage: storage.state,
    }),
  });

  storage.requestTexts.onDeleted((deletion) => {
    api.dropBodies((id) => deletion === 'all' || deletion.conversations.has(journal.details(id)?.conversation ?? ''));
  });

  const server = createServerControl({ api, settings, log, onChange: () => topics.changed('server') });

  const updates = createUpdates({
    updater,
    log,
    settings: () => settings.value,
    answering: () => answeringNow(chat.liveConversations()),
    onAnswering: (listener) => topics.subscribe(['conversations'], listener).close,
    stopServer: server.pauseAfterAnswers,
    onChange: () => topics.changed('update'),
  });

  const sources: TopicSources = {
    app: () => ({ version, platform: process.platform, dialects: dialectTitles }),
    server: () => server.state,
    cli: () => cliState(claude, settings),
    accounts: () => claude.accounts.state,
    planWindows: () => claude.planWindows,
    requests: () => journal.recent(SNAPSHOT_ROWS),
    conversations: () =>
      chat.liveConversations().map((live) => conversationRow(live, keys.nameOf, settings.value.keepTexts)),
    spares: () => claude.spares,
    usage: () => journal.day(Date.now()),
    storage: () => storage.state,
    keys: () => keys.state,
    update: () => updates.state,
    asks: () => asking.state,
    trials: () => trials.state,
    settings: () => appSettings(settings),
    pinned: () => settings.pinned,
    runSettings: () => runSettings(settings),
    knocks: () => knocks.list(),
  };
  const topics = createTopics(sources);
  const unsubscribes = [
    journal.onChange((row) => {
      topics.requestChanged(row);
      if (row.durationMs !== null) topics.changed('usage');
    }),
    settings.onChange(() => {
      topics.changed('settings', 'runSettings', 'cli', 'conversations');
      claude.settingsChanged();
      updates.settingsChanged();
    }),
    // Without a request nothing else would tell the window that today's usage is that of another day.
    onMidnight(() => topics.changed('usage')),
  ];

  const checkCli = async (): Promise<CliState> => {
    await claude.check();
    const state = cliState(claude, settings);
    logCliState(log, state);
    return state;
  };

  const configWriter = createConfigWriter({ env, logFile: path.join(dataDir, 'connect.json') });
  const report = () =>
    bugReport({
      ...{ dataDir, version, settings, server: server.state, cli: cliState(claude, settings) },
      ...{ storage: storage.state, keys: keys.state, accounts: claude.accounts.state },
    });
  const diagnoseApp = () =>
    diagnose({
      ...{ dataDir, checkCli, cli: () => cliState(claude, settings), server: () => server.state },
      ...{ storage: () => storage.state, isIsolated: () => settings.value.isolation },
      runSelfTest: claude.processReuse.testNow,
    });
  const calls = coreCalls({
    configWriter,
    ...{ server, claude, checkCli, chat, storage, journal, api, planHistory, keys, settings, knocks, report },
    ...{
      updates,
      asking,
      trials,
      homeReport: createHomeReports(storage.database),
      host,
      dataDir,
      diagnose: diagnoseApp,
    },
  });
  let control: Control | undefined;
  let stopping = false;
  const startControl = async () => {
    try {
      control = await openControl({ dataDir, calls, topics, log });
    } catch (error) {
      log.warn('the command cannot reach this app', { error: errorText(error) });
    }
  };

  let stopped: Promise<void> | undefined;
  const end = async (graceMs?: number) => {
    stopping = true;
    asking.stop();
    trials.stop();
    updates.close();
    for (const unsubscribe of unsubscribes) unsubscribe();
    await server.stop(graceMs);
    await claude.close();
    await control?.close();
    topics.close();
    await journal.close();
    keys.close();
    await storage.close();
  };

  return {
    start: async ({ beforeRest, onServerDecided } = {}) => {
      const listening = (settings.value.startServer ? server.start() : Promise.resolve()).then(onServerDecided);
      const later = async () => {
        await beforeRest;
        if (stopping) return;
        storage.start();
        updates.start();
        await checkCli();
      };
      await Promise.all([listening, startControl(), later()]);
    },
    stop: (graceMs) => {
      if (stopped && graceMs !== undefined) void server.stop(graceMs);
      stopped ??= end(graceMs);
      return stopped;
    },
    closeStorageNow: () => {
      void journal.close();
      keys.close();
      storage.closeNow();
    },
    calls,
    topics,
    requestsHar: (ids) => requestsHar({ journal, api, keys, server }, ids, version),
    snapshot: () => topics.read(Object.keys(sources) as (keyof TopicSources)[]),
  };
}
