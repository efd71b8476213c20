/** Quitting: however the user or the system ends the app, the server and every child process end before it does. */
import { app } from 'electron';
import type { Log } from '../log/log';

/** @param stop resolves when the server and the child processes have ended; the app waits five seconds at most. */
export function stopBeforeQuit(stop: () => Promise<void>, log: Log): void {
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
    const limit = setTimeout(() => {
      log.error('the server did not stop in time');
      finish();
    }, STOP_LIMIT_MS);
    stop()
      .catch((error: unknown) => log.error('the server could not be stopped', { error: String(error) }))
      .finally(() => {
        clearTimeout(limit);
        if (state === 'stopping') finish();
      });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
}

const STOP_LIMIT_MS = 5000;
