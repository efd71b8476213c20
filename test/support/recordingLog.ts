/** A log that collects its entries in memory for tests. */
import type { Log, LogFields } from '../../app/log/log';

/** One call of a log's method. */
export interface LogEntry {
  level: keyof Log;
  message: string;
  fields: LogFields;
}

/** A log whose `entries` grow with every call. */
export interface RecordingLog extends Log {
  readonly entries: readonly LogEntry[];
}

/** An empty log. */
export function recordingLog(): RecordingLog {
  const entries: LogEntry[] = [];
  const write =
    (level: keyof Log) =>
    (message: string, fields: LogFields = {}) =>
      void entries.push({ level, message, fields });
  return { entries, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
