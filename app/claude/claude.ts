/** The `claude` CLI of this computer as the chat layer uses it: its sign-in state, its models, and processes for requests. */
import { createAvailability } from './availability';
import { createCacheBreakpoints } from './cacheBreakpoints';
import type { Claude, ClaudeOptions } from './claudeTypes';
import { createContextWindows } from './contextWindows';
import { createAcquireWithHistory } from './history/acquireWithHistory';
import { learnRows } from './history/learnRows';
import { removeSessionFiles, supportsSessionFiles } from './history/sessionFile';
import { createSessionRows, rowsEnvironment } from './history/sessionRows';
import { without } from './installation/accounts';
import { childEnvironment } from './installation/environment';
import { isExecutable } from './installation/findClaude';
import { createInstallation } from './installation/installation';
import { createPayers } from './installation/payers';
import { ClaudeUnavailableError, failed } from './installation/problems';
import { openKnownModels } from './knownModels';
import { createPlanWindows } from './planWindows';
import { childRegister } from './pool/childRegister';
import { ProcessFailedError } from './pool/errors';
import { createNoiseCounter } from './pool/noiseCounter';
import { createPool, type Pool } from './pool/pool';
import { processMemory } from './pool/processMemory';
import type { ResumedSession } from './process/arguments';
import { type ClaudeProcess, type StartOptions, startClaude } from './process/claudeProcess';
import { DEADLINES } from './process/deadlines/deadlines';
import { createProcessReuse } from './selfTest/processReuse';
import { openSelfTestResults } from './selfTest/results';
import { runSelfTest } from './selfTest/selfTest';
import { createWorkspace } from './workspace';

export type { Claude, ClaudeOptions, ClaudeTimes } from './claudeTypes';

/**
 * The memory of a typical process, used until this computer's own processes have been measured. Measured on Linux, shared memory counted
 * once: 110 MB when it is new, 180 MB after ten conversations.
 */
const TYPICAL_PROCESS_BYTES = 130 * 1024 * 1024;
/** A process that has grown to this, by one long conversation or by many, gives no memory back. */
const WORN_BYTES = 400 * 1024 * 1024;
const MEASURE_INTERVAL_MS = 60_000;
const SIGN_IN_MS = 10 * 60_000;
const SELF_TEST_MS = 60_000;
const SELF_TEST_DELAY_MS = 2_000;

export function createClaude(options: ClaudeOptions): Claude {
  const knownModels = openKnownModels(options.modelsFile, options.onWarning);
  let processBytes = TYPICAL_PROCESS_BYTES;
  let wornPids: ReadonlySet<number> = new Set();
  const noise = createNoiseCounter(options.onWarning);
  const deadlines = { ...DEADLINES, ...options.times };
  const register = childRegister(options.registerFolder, (error) => options.onFolderUse('children', error));
  const workspace = createWorkspace(options.workspace, (error) => options.onFolderUse('workspace', error));

  const fullEnv = (version?: string) =>
    childEnvironment(options.env, { ownPorts: options.ownPorts(), passVariables: options.passVariables(), version });
  const childEnv = (version?: string) => without(fullEnv(version), installation.withheld);

  const installation = createInstallation({
    cliPath: options.cliPath,
    env: options.env,
    checkouts: options.checkouts,
    childEnv: () => fullEnv(),
    payWith: options.payWith,
    apiHosts: options.apiHosts,
    signInMs: options.times?.signInMs ?? SIGN_IN_MS,
    // The next start of the app ends a sign-in that a crash has left running.
    onSignInProcess: (pid, isRunning) => (isRunning ? register.add(pid) : register.remove(pid)),
    onChange: (next, previous) => {
      reuse.inspected();
      availability.installationChanged(next, previous);
      endOutdated();
      options.onChange();
    },
  });

  const payers = createPayers<ClaudeProcess>({
    account: () => installation.state.account,
    env: () => childEnv(),
    apiHosts: options.apiHosts,
  });

  /** An idle conversation gets a process that has the right account pay with its next request. */
  const endOutdated = () => {
    while (options.reclaim({ fits: payers.isOutdated, onlyShort: false })) {}
  };

  const reuse = createProcessReuse({
    installed: () => installation.state,
    isWanted: options.reuses,
    // A process that is not isolated may have read files of the user's that have changed since.
    isIsolated: options.isolated,
    results: openSelfTestResults(options.selfTestFile, options.onWarning),
    test: (command, version, signal) =>
      runSelfTest({
        ...{ command, env: childEnv(version), deadlines, signal },
        limitMs: options.times?.selfTestMs ?? SELF_TEST_MS,
        onProcess: (pid, isRunning) => (isRunning ? register.add(pid) : register.remove(pid)),
      }),
    delayMs: options.times?.selfTestDelayMs ?? SELF_TEST_DELAY_MS,
    onAllowedChange: () => {
      if (pool.size > 0) pool.replaceSpares();
      options.onChange();
    },
    onTest: options.onChange,
    onReplaced: () => void installation.check(),
    onWarning: options.onWarning,
  });

  const cacheBreakpoints = createCacheBreakpoints({
    authMethod: () => installation.state.account?.authMethod,
    onWarning: options.onWarning,
  });

  const startProcess = (session?: ResumedSession, special: Partial<StartOptions> = {}): ClaudeProcess => {
    const path = installation.requirePath();
    const isolated = options.isolated();
    const { turnSilenceMs } = options;
    const process = startClaude(path, {
      ...{
        cwd: workspace.folder(),
        env: childEnv(installation.state.version),
        isolated,
        reusable: reuse.allowed,
        appendsTexts: reuse.appendsTexts,
        session,
        deadlines,
      },
      ...(turnSilenceMs && { turnSilenceMs }),
      cacheBreakpoints,
      onNoise: noise.forProcess(),
      ...special,
    });
    payers.started(process);
    const { pid } = process;
    if (pid !== undefined) {
      register.add(pid);
      void process.exited.then(() => register.remove(pid));
    } else {
      // The program is not there any more, or not executable: the state must say so, and another one may be installed.
      void process.exited.then(installation.check);
    }
    return process;
  };

  const contextWindows = createContextWindows({
    start: () => startProcess(),
    knownModels,
    onChange: options.onChange,
    onWarning: options.onWarning,
  });

  const pool: Pool = createPool({
    start: startProcess,
    maxProcesses: () => options.maxProcesses(processBytes),
    reclaim: options.reclaim,
    reuses: () => reuse.allowed,
    isWorn: ({ pid }) => pid !== undefined && wornPids.has(pid),
    queueMs: deadlines.queueMs,
    onInitialized: (result, process) => {
      payers.initialized(process, result.account);
      if (knownModels.learn(installation.state.version, result.models)) options.onChange();
      if (options.measuresModels !== false) contextWindows.measure();
      reuse.cameUp();
    },
    onChange: options.onChange,
    onWarning: options.onWarning,
  });

  const planWindows = createPlanWindows({
    file: options.planWindowsFile,
    onChange: options.onPlanWindows,
    onWarning: options.onWarning,
  });
  /** Two accounts may have the same address only where one of them is no subscription. */
  const accountName = () => {
    const { account } = installation.state;
    return account?.loggedIn ? (account.email ?? account.authMethod) : undefined;
  };

  const measure = async () => {
    const memory = await processMemory(pool.pids);
    const bytes = [...memory.values()];
    wornPids = new Set([...memory].flatMap(([pid, size]) => (size > WORN_BYTES ? [pid] : [])));
    if (bytes.length > 0) processBytes = bytes.reduce((sum, one) => sum + one, 0) / bytes.length;
  };
  const measuring = setInterval(measure, MEASURE_INTERVAL_MS);
  measuring.unref();

  const removeLeftovers = async () => {
    const ended = await register.endLeftovers();
    if (ended > 0) options.onWarning(`ended ${ended} processes that an earlier run of the app had left running`);
    await removeSessionFiles(options.sessionFolder);
  };

  const availability = createAvailability({
    installation,
    pool,
    removeLeftovers,
    onChange: options.onChange,
    onWarning: options.onWarning,
    ...(options.times && { times: options.times }),
  });

  /** Session files need isolation, because hooks of the user's may run when a session is resumed. */
  const canResumeSessions = () => {
    const { version } = installation.state;
    return version !== undefined && supportsSessionFiles(version) && options.isolated() && options.storesTexts();
  };

  const sessionRows = createSessionRows({
    file: options.sessionRowsFile,
    environment: () => rowsEnvironment(installation.state.version, workspace.folder(), options.env),
    learn: (model, signal) =>
      learnRows((special) => startProcess(undefined, special), childEnv(installation.state.version), model, signal),
    onWarning: options.onWarning,
  });

  const acquireProcess = createAcquireWithHistory({
    pool,
    rowsFor: (model) => sessionRows.rowsFor(knownModels.current.find(({ value }) => value === model)?.resolved),
    sessionFolder: options.sessionFolder,
    canResumeSessions,
    appendsTexts: () => reuse.appendsTexts,
    onFolderUse: (error) => options.onFolderUse('replay', error),
    onWarning: options.onWarning,
  });

  return {
    get state() {
      return availability.state;
    },
    get payer() {
      return payers.current;
    },
    payerOf: payers.of,
    isOutdated: payers.isOutdated,
    get payChoice() {
      return payers.choice(installation.state.accounts, options.payWith?.() ?? 'subscription', fullEnv());
    },
    get planWindows() {
      return planWindows.of(accountName());
    },
    processReuse: reuse,
    get spares() {
      return pool.spares;
    },
    get skippedLines() {
      return noise.count;
    },
    get waitingRequests() {
      return pool.waitingRequests;
    },
    check: availability.check,
    signIn: async () => {
      if (await installation.signIn()) availability.recordSignIn();
      return availability.check();
    },
    cancelSignIn: installation.cancelSignIn,
    models: async () => {
      await contextWindows.measured();
      if (knownModels.current.length > 0) return knownModels.current;
      const { phase, path, version } = installation.state;
      const stored = phase === 'checking' || path !== undefined ? knownModels.stored(version) : [];
      if (stored.length > 0) return stored;
      await availability.ensureUp();
      await contextWindows.measured();
      if (knownModels.current.length > 0) return knownModels.current;
      throw new ClaudeUnavailableError(failed(installation.state.path ?? 'claude', 'it listed no models'));
    },
    acquire: async (requirements, history, signal) => {
      await availability.ensureUp(signal);
      const { path } = installation.state;
      try {
        return await acquireProcess(requirements, history, signal);
      } catch (error) {
        if (!(error instanceof ProcessFailedError)) throw error;
        if (path === undefined || (await isExecutable(path))) {
          availability.verify();
          throw error;
        }
      }
      // The CLI was removed or moved.
      await availability.check();
      await availability.ensureUp(signal);
      return acquireProcess(requirements, history, signal);
    },
    prepare: (requirements) => pool.prepare(requirements),
    processMemory,
    recordLimits: knownModels.learnLimits,
    recordAnswer: availability.recordAnswer,
    recordRateLimit: (info) => {
      planWindows.record(accountName(), info);
      availability.recordRateLimit(info);
    },
    recordRateLimitRefusal: availability.recordRateLimitRefusal,
    recordRefusal: availability.recordRefusal,
    settingsChanged: () => {
      reuse.settingsChanged();
      installation.payWithChanged();
    },
    close: async () => {
      clearInterval(measuring);
      availability.close();
      installation.close();
      await Promise.all([pool.close(), contextWindows.close(), sessionRows.close(), reuse.close()]);
      planWindows.close();
      workspace.remove();
    },
  };
}
