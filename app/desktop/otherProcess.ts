/**
 * An app without a window, such as the service, that uses the same data folder. Two would write the same files, and a key that one has revoked would
 * go on opening the other. The lock of the desktop app keeps another desktop app out alone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { dialog } from 'electron';
import { connectToApp, NotRunningError } from '../control/client';
import { isAlive } from '../service/processes';
import type { AppProcess } from '../shared/appProcess';
import { errorText } from '../shared/errorText';

/** Beyond what the other process says that it takes. */
const EXIT_MS = 5_000;
const LOOK_MS = 50;
/** Nothing is shown about a wait that is shorter. */
const TELL_AFTER_MS = 1_000;

/** Asks the user whether the other process is to end. Resolves with true once it has, and false where this app is not to start. Never rejects. */
export async function endOtherProcess(dataDir: string): Promise<boolean> {
  try {
    const app = await connectToApp({ dataDir });
    try {
      const other = await app.call('app.process');
      if (!(await confirmed(other))) return false;
      await app.call('app.quit');
      return await hasEnded(other);
    } finally {
      app.close();
      await app.closed;
    }
  } catch (error) {
    if (error instanceof NotRunningError) return true;
    dialog.showErrorBox('Claudacity is running already', `It does not answer this app: ${errorText(error)}`);
    return false;
  }
}

async function confirmed({ pid }: AppProcess): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Claudacity',
    message: 'Claudacity is running already, without a window.',
    detail: `Process ${pid} answers requests with these settings, keys and conversations, as the service or as \`claudacity serve\`. Two at a time would not know of each other's changes. If it ends, this app answers in its place; answers that are running get the time of the settings to finish.`,
    buttons: ['End it and open Claudacity', 'Cancel'],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}

/** Waits until the process is gone. False where the user does not want to wait, or it takes too long. */
async function hasEnded({ pid, stopWithinMs }: AppProcess): Promise<boolean> {
  const deadline = Date.now() + stopWithinMs + EXIT_MS;
  const gone = new AbortController();
  let cancelled = false;
  const tell = setTimeout(async () => {
    const { response } = await dialog.showMessageBox({
      title: 'Claudacity',
      message: 'Waiting for running answers to finish…',
      buttons: ['Cancel'],
      signal: gone.signal,
    });
    // A box that is closed by the signal answers as well.
    cancelled = response === 0 && !gone.signal.aborted;
  }, TELL_AFTER_MS);
  try {
    while (isAlive(pid)) {
      if (cancelled) return false;
      if (Date.now() > deadline) throw new Error(`process ${pid} does not end.`);
      await sleep(LOOK_MS);
    }
    return true;
  } finally {
    clearTimeout(tell);
    gone.abort();
  }
}
