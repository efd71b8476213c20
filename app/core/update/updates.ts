/**
 * Updates, step by step: check, download, install. Checks run by themselves where the settings allow them and stay silent about faults;
 * the other steps are the user's. An installation never breaks off an answer: it waits for a moment in which none is running.
 */
import type { Log } from '../../log/log';
import { errorText } from '../../shared/errorText';
import type { UpdateState } from '../../shared/maintenance/updateState';
import { isLostDownload, type Updater } from './updater';

export interface UpdatesOptions {
  readonly updater: Updater;
  readonly settings: () => { readonly checkForUpdates: boolean; readonly updateFeed: string };
  /** How many answers are running. */
  readonly answering: () => number;
  /** Calls the listener when their number may have changed. Returns the function that ends this. */
  readonly onAnswering: (listener: () => void) => () => void;
  /** Stops the server once its last answer has ended, and returns what starts it again where it was running. */
  readonly stopServer: () => Promise<() => Promise<unknown>>;
  readonly onChange: () => void;
  readonly log: Pick<Log, 'info' | 'warn' | 'debug'>;
  /** For tests. */
  readonly times?: Partial<UpdateTimes>;
}

export interface UpdateTimes {
  /** From the start of the app to the first check, in ms. */
  readonly firstCheckMs: number;
  readonly checkEveryMs: number;
  readonly checkWithinMs: number;
  /** The longest time without any progress. */
  readonly downloadStallMs: number;
}

const TIMES: UpdateTimes = {
  firstCheckMs: 60_000,
  checkEveryMs: 6 * 60 * 60_000,
  checkWithinMs: 30_000,
  downloadStallMs: 120_000,
};

export interface Updates {
  readonly state: UpdateState;
  /** Begins to check by itself. */
  start(): void;
  /** Another address may update what had none, and the other way around. */
  settingsChanged(): void;
  /** Rejects with a sentence for the user. */
  check(): Promise<UpdateState>;
  /** Resolves when the file is there. Rejects like `check`, and where no later version is known. */
  download(): Promise<UpdateState>;
  /** Resolves when the installation has begun: the app is about to end. Rejects like `check`, and where nothing was downloaded. */
  install(): Promise<UpdateState>;
  /** Ends a download, or an installation that still waits. Does nothing otherwise. */
  cancel(): UpdateState;
  close(): void;
}

export function createUpdates(options: UpdatesOptions): Updates {
  const { updater, settings, answering, onAnswering, stopServer, onChange, log } = options;
  const times = { ...TIMES, ...options.times };
  let state: UpdateState = {
    ...{ phase: 'off', version: null, installed: false, progress: null, checkedAt: null },
    ...{ answering: 0, message: null },
  };
  /** Ends the step that is under way. */
  let step: AbortController | undefined;
  /** Resolves when no step is under way. */
  let stepEnd: Promise<void> = Promise.resolve();
  /** The check that is under way. */
  let runningCheck: Promise<UpdateState> | undefined;
  const timers = new Set<NodeJS.Timeout>();
  let started = false;
  let endFollowing = () => {};
  let knownFeed: string | undefined;

  const set = (change: Partial<UpdateState>): UpdateState => {
    state = { ...state, ...change };
    onChange();
    return state;
  };

  /** Runs a step that can be cancelled. What goes wrong is its message, and the phase is that which was left. */
  const running = async (
    phase: UpdateState['phase'],
    back: UpdateState['phase'],
    work: (controller: AbortController) => Promise<Partial<UpdateState>>,
  ) => {
    if (step) throw new Error('Another step of the update is under way.');
    const controller = new AbortController();
    step = controller;
    let end = () => {};
    stepEnd = new Promise((resolve) => {
      end = resolve;
    });
    set({ phase, message: null, progress: null });
    try {
      const change = await work(controller);
      return set({ progress: null, answering: 0, ...change });
    } catch (error) {
      const message = controller.signal.aborted && controller.signal.reason === CANCELLED ? null : sentence(error);
      const phase = isLostDownload(error) ? 'available' : back;
      set({ phase, progress: null, answering: 0, message });
      if (message === null) return state;
      throw new Error(message, { cause: error });
    } finally {
      step = undefined;
      end();
    }
  };

  /** Somebody else has installed this version: nothing is left but to start it. */
  const replacedBy = async (version: string) => {
    // Own installations replace the program, too.
    if (state.phase === 'installing') return;
    step?.abort(CANCELLED);
    await stepEnd;
    log.info('another version was installed while the app runs', { version });
    set({ phase: 'ready', version, installed: true, message: null });
  };

  /** Learns whether this installation can be updated. */
  const learn = async () => {
    const feed = settings().updateFeed;
    if (step || state.installed || knownFeed === feed) return;
    const message = await updater.unsupported(feed).catch((error: unknown) => sentence(error));
    if (step || state.installed) return;
    knownFeed = feed;
    if (message !== undefined) set({ phase: 'off', version: null, message });
    else set({ phase: 'idle', version: null, message: null });
  };

  const demandSupport = async () => {
    await learn();
    if (state.phase === 'off') throw new Error(state.message ?? 'Updates are off.');
  };

  /** @param isQuiet nobody has asked for it: what is shown stays until there is something new */
  const check = async (isQuiet = false): Promise<UpdateState> => {
    await demandSupport();
    if (runningCheck) return runningCheck;
    if (step || state.installed) return state;
    const before = state;
    runningCheck = running(isQuiet ? before.phase : 'checking', before.phase, async (controller) => {
      const { signal } = controller;
      const deadline = deadlineOf(controller, times.checkWithinMs, NO_ANSWER);
      const version = await untilAborted(updater.check(settings().updateFeed, signal), signal).finally(deadline.end);
      const isDownloaded = before.phase === 'ready' && version === before.version;
      const phase = version === undefined ? 'idle' : isDownloaded ? 'ready' : 'available';
      return { phase, version: version ?? null, checkedAt: Date.now() };
    }).finally(() => {
      runningCheck = undefined;
    });
    return runningCheck;
  };

  const checkQuietly = async () => {
    if (!settings().checkForUpdates || step || state.phase === 'ready') return;
    const { version } = state;
    try {
      await check(true);
      if (state.version !== version && state.version !== null) {
        log.info('a later version is there', { version: state.version });
      }
    } catch (error) {
      const next = new Date(Date.now() + times.checkEveryMs).toISOString();
      log.debug('no updates could be looked for', { error: errorText(error), next });
      // Nobody has asked: there is nothing to tell.
      if (state.phase !== 'off') set({ message: null });
    }
  };

  const download = async (): Promise<UpdateState> => {
    await demandSupport();
    await runningCheck?.catch(() => {});
    if (state.phase === 'ready') return state;
    if (state.phase !== 'available') throw new Error('No later version is known. Check for one first.');
    return running('downloading', 'available', async (controller) => {
      const { signal } = controller;
      const stall = deadlineOf(controller, times.downloadStallMs, STALLED);
      const onProgress = (progress: number) => {
        stall.postpone();
        // Each change is a message to the window.
        if (!signal.aborted && percent(progress) !== percent(state.progress)) set({ progress });
      };
      await untilAborted(updater.download(onProgress, signal), signal).finally(stall.end);
      log.info('an update was downloaded', { version: state.version ?? '' });
      return { phase: 'ready' };
    });
  };

  const install = async (): Promise<UpdateState> => {
    await runningCheck?.catch(() => {});
    if (state.phase !== 'ready') throw new Error('No update was downloaded. Download it first.');
    return running('waiting', 'ready', async ({ signal }) => {
      await noneAnswering(signal);
      set({ phase: 'installing', answering: 0 });
      log.info(state.installed ? 'the installed version is started' : 'an update is installed', {
        version: state.version ?? '',
      });
      const startAgain = await stopServer();
      try {
        if (state.installed) await updater.restart();
        else await updater.install();
      } catch (error) {
        log.warn('an update could not be installed', { error: errorText(error) });
        await startAgain();
        throw error;
      }
      return { phase: 'installing' };
    });
  };

  /** Resolves in a moment in which no answer is running. */
  const noneAnswering = (signal: AbortSignal) => {
    let end = () => {};
    const waiting = new Promise<void>((resolve) => {
      const look = () => {
        const count = answering();
        if (count === 0) return resolve();
        if (count !== state.answering) set({ answering: count });
      };
      end = onAnswering(look);
      look();
    });
    return untilAborted(waiting, signal).finally(() => end());
  };

  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms).unref();
    timers.add(timer);
  };
  const checkAndAgain = () => {
    void checkQuietly();
    later(times.checkEveryMs, checkAndAgain);
  };

  return {
    get state() {
      return state;
    },
    start: () => {
      started = true;
      void learn();
      endFollowing = updater.followReplacement((version) => void replacedBy(version));
      later(times.firstCheckMs, checkAndAgain);
    },
    settingsChanged: () => {
      if (started) void learn();
    },
    check: () => check(),
    download,
    install,
    cancel: () => {
      if (state.phase === 'downloading' || state.phase === 'waiting') step?.abort(CANCELLED);
      return state;
    },
    close: () => {
      endFollowing();
      for (const timer of timers) clearTimeout(timer);
      if (state.phase !== 'installing') step?.abort(CANCELLED);
    },
  };
}

const CANCELLED = 'cancelled';

function sentence(error: unknown): string {
  const text = errorText(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function percent(share: number | null): number {
  return Math.floor((share ?? 0) * 100);
}

const NO_ANSWER = 'The address for updates has not answered in time.';
const STALLED = 'The download has come to a standstill. Try it again.';

/** Ends the step with an error after `ms`, unless it is postponed or ended before. */
function deadlineOf(controller: AbortController, ms: number, text: string) {
  const abort = () => controller.abort(new Error(text));
  let timer = setTimeout(abort, ms);
  return {
    postpone: () => {
      clearTimeout(timer);
      timer = setTimeout(abort, ms);
    },
    end: () => clearTimeout(timer),
  };
}

/** Rejects with the signal's reason once it is aborted, whatever the work does. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
