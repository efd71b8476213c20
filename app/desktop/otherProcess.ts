/**
 * A server without a window, such as the service, that uses the same data folder. Two processes would write the same files, and a key that one has
 * revoked would go on opening the other. Electron's lock keeps out other desktop apps only.
 */
import { dialog } from 'electron';
import { connectToApp, NotRunningError } from '../control/client';
import { isAlive, waitForExit } from '../service/processes';
import type { AppProcess } from '../shared/appProcess';
import { errorText } from '../shared/errorText';

/** Added to the time that the other process says it needs to stop. */
const EXIT_MS = 5_000;
/** A shorter wait is not shown. */
const SHOW_WAIT_AFTER_MS = 1_000;

/** Asks the user whether the other process is to end. Resolves with true once it has, and with false where this app is not to start. Never rejects. */
export async function endOtherProcess(dataDir: string): Promise<boolean> {
  try {
    const app = await connectToApp({ dataDir });
    try {
      const other = await app.call('app.process');
      if (!(await confirmEnd(other))) return false;
      // It may have ended while the user was thinking.
      if (isAlive(other.pid)) await app.call('app.quit');
      return await waitUnlessCancelled(other);
    } finally {
      app.close();
    }
  } catch (error) {
    if (error instanceof NotRunningError) return true;
    dialog.showErrorBox('Claudacity is running already', `It does not answer this app: ${errorText(error)}`);
    return false;
  }
}

async function confirmEnd({ pid }: AppProcess): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Claudacity',
    message: 'Claudacity is running already, without a window.',
    detail: `Process ${pid} answers requests with these settings, keys and conversations, as the service or as \`claudacity serve\`. Two at a time would not know of each other's changes. If it ends, this app answers in its place; running answers get the time that the settings give them.`,
    buttons: ['End it and open Claudacity', 'Cancel'],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}

/** Resolves with true once the process is gone, and with false where the user does not want to wait. @throws Error where it does not end in time. */
async function waitUnlessCancelled({ pid, stopWithinMs }: AppProcess): Promise<boolean> {
  const cancelled = new AbortController();
  const ended = new AbortController();
  const timer = setTimeout(async () => {
    await dialog.showMessageBox({
      title: 'Claudacity',
      message: 'Waiting for running answers to finish…',
      buttons: ['Cancel'],
      signal: ended.signal,
    });
    cancelled.abort();
  }, SHOW_WAIT_AFTER_MS);
  try {
    if (await waitForExit(pid, stopWithinMs + EXIT_MS, cancelled.signal)) return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
  throw new Error(`process ${pid} does not end.`);
}
