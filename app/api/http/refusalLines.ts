/** Bounds the log's lines about refused requests: a client that repeats one for hours must not rotate everything else away. */
import type { Log, LogFields } from '../../log/log';

const MAX_LINES = 60;
const WINDOW_MS = 60_000;

/** The log with at most `MAX_LINES` entries of level `info` a minute; the next one says how many were left out. */
export function boundRefusalLines(log: Log, now: () => number = Date.now): Log {
  let windowStart = 0;
  let written = 0;
  let omitted = 0;
  return {
    ...log,
    info: (message: string, fields?: LogFields) => {
      if (now() - windowStart >= WINDOW_MS) {
        if (omitted > 0) log.info('more requests were refused', { count: omitted });
        windowStart = now();
        written = 0;
        omitted = 0;
      }
      if (written >= MAX_LINES) {
        omitted += 1;
        return;
      }
      written += 1;
      log.info(message, fields);
    },
  };
}
