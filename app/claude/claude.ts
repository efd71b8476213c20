/** The `claude` CLI of this computer as the chat layer uses it: its sign-in state, its models, and processes for requests. */
import { MAIN_ACCOUNT } from '../shared/cli/accounts';
import { accountEnvironment } from './accounts/accountEnvironment';
import { isAdded } from './accounts/addedAccounts';
import { createClaudeAccounts } from './accounts/claudeAccounts';
import { createAvailability } from './availability';
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
import { waitAtMost } from './waitAtMost';
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
/** How long a check waits for the sign-ins of the added accounts. */
const ACCOUNTS_MS = 10_000;
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
  const childEnv = (version?: string, account = MAIN_ACCOUNT) =>
    isAdded(account)
      ? accountEnvironment(fullEnv(version), added.folderOf(account), options.apiHosts)
      : without(fullEnv(version), installation.withheld);
  const { signInMs = SIGN_IN_MS } = options.times ?? {};
  // The next start of the app ends a command that a crash has left running.
  const registerCommand = (pid: number, isRunning: boolean) => (isRunning ? register.add(pid) : register.remove(pid));

  const installation = createInstallation({
    cliPath: options.cliPath,
    env: options.env,
    checkouts: options.checkouts,
    childEnv: () => fullEnv(),
    payWith: options.payWith,
    apiHosts: options.apiHosts,
    signInMs,
    onSignInProcess: registerCommand,
    onChange: (next, previous) => {
      reuse.inspected();
      availability.installationChanged(next, previous);
      endOutdated();
      options.onChange();
    },
  });

  const { added, payers, accounts, owners, isOutdated, accountOf, cacheBreakpointsOf } = createClaudeAccounts({
    ...{ options, installation, signInMs, onSignInProcess: registerCommand },
    env: (id) => childEnv(installation.state.version, id),
    planWindows: (name) => planWindows.of(name),
    availability: () => availability,
    endProcesses: (id) => pool.endAccount(id),
    onPayerChange: () => endOutdated(),
  });

  /** An idle conversation gets a process that has the right account pay with its next request. */
  const endOutdated = () => {
    while (options.reclaim({ fits: isOutdated, onlyShort: false })) {}
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
        onProcess: registerCommand,
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

  const startProcess = (
    session?: ResumedSession,
    account = MAIN_ACCOUNT,
    special: Partial<StartOptions> = {},
  ): ClaudeProcess => {
    accounts.demandExists(account);
    const path = installation.requirePath();
    const isolated = options.isolated();
    const { turnSilenceMs } = options;
    const process = startClaude(path, {
      ...{
        cwd: workspace.folder(),
        env: childEnv(installation.state.version, account),
        isolated,
        reusable: reuse.allowed,
        appendsTexts: reuse.appendsTexts,
        session,
        deadlines,
      },
      ...(turnSilenceMs && { turnSilenceMs }),
      cacheBreakpoints: cacheBreakpointsOf(account),
      onNoise: noise.forProcess(),
      ...special,
    });
    payers.started(process, account);
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
    start: () => startProcess(undefined, accounts.shownId),
    knownModels,
    onChange: options.onChange,
    onWarning: options.onWarning,
  });

  const pool: Pool = createPool({
    start: startProcess,
    defaultAccount: () => accounts.shownId,
    maxProcesses: () => options.maxProcesses(processBytes),
    reclaim: options.reclaim,
    reuses: () => reuse.allowed,
    isWorn: ({ pid }) => pid !== undefined && wornPids.has(pid),
    queueMs: deadlines.queueMs,
    onInitialized: (result, process) => {
      payers.initialized(process, result.account);
      // Another account may have other models, but the list of the models is that of the default one.
      if (accountOf(process) === accounts.shownId && knownModels.learn(installation.state.version, result.models))
        options.onChange();
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
    ofDefault: (state) => accounts.ofDefault(state),
    defaultAccount: () => accounts.shownId,
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
      learnRows(
        (special) => startProcess(undefined, MAIN_ACCOUNT, special),
        childEnv(installation.state.version),
        model,
        signal,
      ),
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

  const check = async () => {
    await availability.check();
    await waitAtMost(added.check(), options.times?.waitMs ?? ACCOUNTS_MS);
    return availability.state;
  };

  return {
    get state() {
      return availability.state;
    },
    accounts,
    demandAccount: accounts.demand,
    accountOf,
    accountsOfKeysChanged: endOutdated,
    get payer() {
      return payers.current(accounts.shownId);
    },
    payerOf: payers.of,
    isOutdated,
    get payChoice() {
      if (isAdded(accounts.shownId)) return undefined;
      return payers.choice(installation.state.accounts, options.payWith?.() ?? 'subscription', fullEnv());
    },
    get planWindows() {
      return planWindows.of(accounts.planName(accounts.shownId));
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
    check,
    signIn: async () => {
      await accounts.signIn(accounts.shownId);
      return check();
    },
    cancelSignIn: () => accounts.cancelSignIn(accounts.shownId),
    models: async () => {
      await contextWindows.measured();
      if (knownModels.current.length > 0) return knownModels.current;
      const { phase, path, version } = installation.state;
      const stored = phase === 'checking' || path !== undefined ? knownModels.stored(version) : [];
      if (stored.length > 0) return stored;
      await availability.ensureUp(accounts.shownId);
      await contextWindows.measured();
      if (knownModels.current.length > 0) return knownModels.current;
      throw new ClaudeUnavailableError(failed(installation.state.path ?? 'claude', 'it listed no models'));
    },
    acquire: async (request, history, signal) => {
      const account = accounts.idFor(request.owner);
      const acquire = async () => {
        await availability.ensureUp(account, signal);
        const lease = await acquireProcess({ ...request, account }, history, signal);
        owners.set(lease.process, request.owner);
        return lease;
      };
      const { path } = installation.state;
      try {
        return await acquire();
      } catch (error) {
        if (!(error instanceof ProcessFailedError)) throw error;
        if (path === undefined || (await isExecutable(path))) {
          availability.verify();
          throw error;
        }
      }
      // The CLI was removed or moved.
      await availability.check();
      return acquire();
    },
    prepare: (request) => pool.prepare({ ...request, account: accounts.idFor(request.owner) }),
    processMemory,
    recordLimits: knownModels.learnLimits,
    recordAnswer: (process, model) => availability.recordAnswer(accountOf(process), model),
    recordRateLimit: (process, info) => {
      const account = accountOf(process);
      planWindows.record(accounts.planName(account), info);
      availability.recordRateLimit(account, info);
    },
    recordRateLimitRefusal: (process) => availability.recordRateLimitRefusal(accountOf(process)),
    recordRefusal: (process, code) => {
      const account = accountOf(process);
      const problem = accounts.refused(account, code);
      availability.recordRefusal(account, problem);
      return problem;
    },
    settingsChanged: () => {
      reuse.settingsChanged();
      installation.payWithChanged();
    },
    close: async () => {
      clearInterval(measuring);
      availability.close();
      installation.close();
      added.close();
      await Promise.all([pool.close(), contextWindows.close(), sessionRows.close(), reuse.close()]);
      planWindows.close();
      workspace.remove();
    },
  };
}
