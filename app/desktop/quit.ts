/** Ending the app: whoever asks for it, the server and every child process are ended before the app is. */
import { app } from 'electron';
import type { Log } from '../log/log';

/** @param stop resolves when nothing is left; waited for no longer than five seconds. */
export function stopBeforeQuit(stop: () => Promise<void>, log: Log): void {
  let state: 'running' | 'stopping' | 'stopped' = 'running';
  app.on('will-quit', (event) => {
    if (state === 'stopped') return;
    event.preventDefault();
    if (state === 'stopping') return;
    state = 'stopping';
    const finish = () => {
      state = 'stopped';
      // Electron takes no notice of a quit while this event has not returned, and its microtasks belong to the event.
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
