/** The end of the app: it waits for running answers, but not for ever. */
import type { Log } from '../log/log';

/** Beyond the time that running answers have: for closing connections, processes and the database. */
const CLOSING_MS = 5_000;

/** The longest time that ending the app may take, in ms. */
export function stopLimitMs(graceSeconds: number): number {
  return graceSeconds * 1000 + CLOSING_MS;
}

/** Resolves when `stop` has, or after `limitMs`; false where it failed or took longer, which is logged. Never rejects. */
export async function stopWithin(
  stop: () => Promise<void>,
  limitMs: number,
  log: Pick<Log, 'error'>,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      log.error('the app did not stop in time', { limitMs });
      resolve(false);
    }, limitMs);
  });
  const stopped = stop().then(
    () => true,
    (error: unknown) => {
      log.error('the app could not be stopped', { error: String(error) });
      return false;
    },
  );
  const result = await Promise.race([stopped, limit]);
  clearTimeout(timer);
  return result;
}
