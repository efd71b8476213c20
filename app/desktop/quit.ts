/** Quitting: however the user or the system ends the app, the server and every child process end before it does. */
import * as electron from 'electron';
import { stopWithin } from '../core/stopWithin';
import type { Log } from '../log/log';
import { liftGpuCrashLimit, watchChromium } from './chromium';

const { app, powerMonitor } = electron;

export interface QuitOptions {
  /**
   * Resolves when the server and the child processes have ended.
   * @param graceMs the time that running answers have; undefined for what the settings say
   */
  stop(graceMs?: number): Promise<void>;
  /** Shortens the time that running answers have, while `stop` waits for them. */
  hurry(graceMs: number): void;
  /** Stores what has to be stored before it returns. */
  closeNow(): void;
  /** The longest time that the app waits for `stop`, read when the app quits. */
  limitMs(): number;
  readonly log: Log;
}

/**
 * What the end of a session leaves: systemd kills the unit of an autostart entry after 5 s, Windows a program that does not answer after 5 s, and
 * logind delays a shutdown for 5 s. So running answers break off.
 */
const SESSION_END_GRACE_MS = 1_000;
const SESSION_END_LIMIT_MS = 4_000;

export function stopBeforeQuit({ stop, hurry, closeNow, limitMs, log }: QuitOptions): void {
  let state: 'running' | 'stopping' | 'stopped' = 'running';
  let stopped: Promise<unknown> = Promise.resolve();
  const begin = (graceMs?: number) => {
    if (state !== 'running') return;
    state = 'stopping';
    const limit = graceMs === undefined ? limitMs() : SESSION_END_LIMIT_MS;
    stopped = stopWithin(() => stop(graceMs), limit, log).then((isStopped) => {
      if (!isStopped) closeNow();
      state = 'stopped';
    });
  };
  app.on('will-quit', (event) => {
    if (state === 'stopped') return;
    event.preventDefault();
    begin();
    // Electron ignores a quit until this event has returned, and microtasks run before it returns.
    void stopped.then(() => setImmediate(() => app.quit()));
  });

  const end = (reason: string, graceMs?: number) => {
    log.info('the system ends the app', { reason });
    liftGpuCrashLimit();
    // At once, not after the windows have closed: their pages may have got the signal, too.
    begin(graceMs);
    app.quit();
  };
  const endSession = (reason: string) => {
    // The app may wait for answers already, because its user has quit it.
    if (state === 'stopping') hurry(SESSION_END_GRACE_MS);
    end(reason, SESSION_END_GRACE_MS);
  };
  watchChromium(() => endSession("Chromium's processes have ended"));
  // Of a terminal, where somebody can wait.
  process.on('SIGINT', () => end('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => endSession(signal));
  // Linux and macOS: delays the shutdown until the app has ended.
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    event?.preventDefault();
    endSession('shutdown');
  });
  if (process.platform === 'win32') {
    followWindowsSession(() => {
      endSession('session-end');
      // Windows may end the process as soon as this returns.
      closeNow();
    });
  }
}

/** Windows tells its windows alone that the session ends, and the app may have none: a window that is never shown hears it. */
function followWindowsSession(onEnd: () => void): void {
  // Electron has windows without a page since version 30; the one of some tests is older, and its types do not say so.
  if (!('BaseWindow' in electron)) return;
  const listener = new electron.BaseWindow({ show: false });
  listener.on('session-end', onEnd);
}
