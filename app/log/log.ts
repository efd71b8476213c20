/**
 * The app's log: what happened and when, for the person who has to find out why. Prompts, answers and keys are never
 * in it: fields are plain values that the caller names one by one, and whatever looks like a key is masked.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import winston from 'winston';
import { asError } from '../shared/errorText';

export type LogField = string | number | boolean | null | undefined | Error;
export type LogFields = Readonly<Record<string, LogField>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface OpenLog extends Log {
  /** Resolves when all that was logged is in the file. */
  close(): Promise<void>;
}

export interface LogOptions {
  /** The log goes to `logs/claudacity.log` in it, JSON by lines; older ones are `claudacity1.log` and so on. */
  readonly dataDir: string;
  /** `CLAUDACITY_LOG` sets the level: error, warn, info (the default) or debug. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Also write to standard error, for people to read. Default false. */
  readonly console?: boolean;
  /** When a file is full. Default 5 MB; five are kept. */
  readonly maxFileBytes?: number;
}

const LEVELS = ['error', 'warn', 'info', 'debug'];
const KEPT_FILES = 5;

/** Opens the log. Where its folder cannot be written, it goes to standard error alone: a log is no reason not to start. */
export function openLog({ dataDir, env, console = false, maxFileBytes = 5_000_000 }: LogOptions): OpenLog {
  const wanted = env.CLAUDACITY_LOG?.toLowerCase();
  const level = wanted !== undefined && LEVELS.includes(wanted) ? wanted : 'info';
  const file = fileTransport(path.join(dataDir, 'logs'), maxFileBytes);
  const logger = winston.createLogger({
    level,
    transports: [
      ...(file instanceof Error ? [] : [file]),
      ...(console || file instanceof Error ? [consoleTransport()] : []),
    ],
  });
  // A full disk must not take the app down with it.
  logger.on('error', () => {});

  const write = (severity: string) => (message: string, fields?: LogFields) => {
    logger.log({ level: severity, message: masked(message), fields: plain(fields) });
  };
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  if (file instanceof Error) log.warn('The log cannot be kept in a file', { error: file });
  if (wanted && wanted !== level) log.warn(`CLAUDACITY_LOG must be one of ${LEVELS.join(', ')}`, { value: wanted });
  return { ...log, close: () => end(logger, file) };
}

function fileTransport(folder: string, maxsize: number) {
  try {
    mkdirSync(folder, { recursive: true });
    return new winston.transports.File({
      dirname: folder,
      filename: 'claudacity.log',
      maxsize,
      maxFiles: KEPT_FILES,
      tailable: true,
      format: winston.format.printf(({ level, message, fields }) =>
        JSON.stringify({ time: new Date().toISOString(), level, message, ...Object(fields) }),
      ),
    });
  } catch (error) {
    return asError(error);
  }
}

function consoleTransport() {
  return new winston.transports.Console({
    // Standard output belongs to the command that runs.
    stderrLevels: LEVELS,
    format: winston.format.printf(({ level, message, fields }) => {
      const details = Object.entries(Object(fields)).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
      return `${new Date().toISOString()} ${level.padEnd(5)} ${message}${details.join('')}`;
    }),
  });
}

function plain(fields: LogFields = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        if (value instanceof Error) return [name, masked(value.stack ?? value.message)];
        return [name, typeof value === 'string' ? masked(value) : value];
      }),
  );
}

function masked(text: string): string {
  return text.replace(/\bsk-[\w-]{6,}/g, 'sk-…').replace(/\b(Bearer\s+)[\w.~+/=-]{6,}/gi, '$1…');
}

function end(logger: winston.Logger, file: winston.transport | Error): Promise<void> {
  return new Promise((resolve) => {
    if (file instanceof Error) logger.once('finish', () => resolve());
    else file.once('finish', () => resolve()).once('error', () => resolve());
    logger.end();
  });
}
