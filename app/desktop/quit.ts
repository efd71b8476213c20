/** Quitting: however the user or the system ends the app, the server and every child process end before it does. */
import { app } from 'electron';
import { stopWithin } from '../core/stopWithin';
import type { Log } from '../log/log';

/**
 * @param stop resolves when the server and the child processes have ended.
 * @param limitMs the longest time that the app waits for it, read when the app quits.
 */
export function stopBeforeQuit(stop: () => Promise<void>, limitMs: () => number, log: Log): void {
  let state: 'running' | 'stopping' | 'stopped' = 'running';
  app.on('will-quit', (event) => {
    if (state === 'stopped') return;
    event.preventDefault();
    if (state === 'stopping') return;
    state = 'stopping';
    const finish = () => {
      state = 'stopped';
      // Electron ignores a quit until this event has returned, and microtasks run before it returns.
      setImmediate(() => app.quit());
    };
    void stopWithin(stop, limitMs(), log).finally(finish);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
}
