/** A log that tests can read. */
import type { Log, LogFields } from '../../app/log/log';

export interface LogEntry {
  level: keyof Log;
  message: string;
  fields: LogFields;
}

export interface RecordingLog extends Log {
  readonly entries: readonly LogEntry[];
}

export function recordingLog(): RecordingLog {
  const entries: LogEntry[] = [];
  const write =
    (level: keyof Log) =>
    (message: string, fields: LogFields = {}) =>
      void entries.push({ level, message, fields });
  return { entries, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
