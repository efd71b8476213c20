/**
 * The app's log file, for the person who looks for the cause of a fault. It never has prompts, answers or keys: a caller
 * names each field, fields are plain values, and everything that looks like a key is masked.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import winston from 'winston';
import { maskKeys } from '../shared/access/maskKeys';
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
  /** Resolves when all entries are in the file. */
  close(): Promise<void>;
}

export interface LogOptions {
  /** The folder of `logs/claudacity.log`, which has one JSON object a line; older files are `claudacity1.log` and so on. */
  readonly dataDir: string;
  /** `CLAUDACITY_LOG` sets the level: error, warn, info (the default) or debug. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Also write to standard error, for people to read. Default: only where the file cannot be written. */
  readonly console?: boolean | 'never';
  /** The size at which the next file is begun, in bytes. Default 5 MB. The newest five files stay. */
  readonly maxFileBytes?: number;
}

const LEVELS = ['error', 'warn', 'info', 'debug'];
const MAX_FILES = 5;

/** Opens the log. Where its folder cannot be written, it goes to standard error alone, since the app must start all the same. */
export function openLog({ dataDir, env, console = false, maxFileBytes = 5_000_000 }: LogOptions): OpenLog {
  const requestedLevel = env.CLAUDACITY_LOG?.toLowerCase();
  const level = requestedLevel !== undefined && LEVELS.includes(requestedLevel) ? requestedLevel : 'info';
  const file = fileTransport(path.join(dataDir, 'logs'), maxFileBytes);
  const writesToConsole = console === true || (console !== 'never' && file instanceof Error);
  const logger = winston.createLogger({
    level,
    silent: !writesToConsole && file instanceof Error,
    transports: [...(file instanceof Error ? [] : [file]), ...(writesToConsole ? [consoleTransport()] : [])],
  });
  // Without a listener, a full disk would end the app with an unhandled error event.
  logger.on('error', () => {});

  const write = (severity: string) => (message: string, fields?: LogFields) => {
    logger.log({ level: severity, message: maskKeys(message), fields: plainFields(fields) });
  };
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  if (file instanceof Error) log.warn('The log file cannot be written', { error: file });
  if (requestedLevel && requestedLevel !== level)
    log.warn(`CLAUDACITY_LOG must be one of ${LEVELS.join(', ')}`, { value: requestedLevel });
  return { ...log, close: () => close(logger, file) };
}

function fileTransport(folder: string, maxsize: number) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new winston.transports.File({
      dirname: folder,
      filename: 'claudacity.log',
      maxsize,
      options: { flags: 'a', mode: 0o600 },
      maxFiles: MAX_FILES,
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
    // Standard output is for what the command line prints.
    stderrLevels: LEVELS,
    format: winston.format.printf(({ level, message, fields }) => {
      const details = Object.entries(Object(fields)).map(
        ([name, value]) => ` ${name}=${JSON.stringify(firstLine(value))}`,
      );
      return `${new Date().toISOString()} ${level.padEnd(5)} ${message}${details.join('')}`;
    }),
  });
}

/** Of an error, without its stack, which is in the file. */
function firstLine(value: unknown): unknown {
  return typeof value === 'string' ? value.split('\n', 1)[0] : value;
}

function plainFields(fields: LogFields = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        if (value instanceof Error) return [name, maskKeys(value.stack ?? value.message)];
        return [name, typeof value === 'string' ? maskKeys(value) : value];
      }),
  );
}

/** A disk that fails may never report the end. */
const CLOSE_LIMIT_MS = 2_000;

function close(logger: winston.Logger, file: winston.transport | Error): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, CLOSE_LIMIT_MS).unref();
    if (file instanceof Error) logger.once('finish', () => resolve());
    else file.once('finish', () => resolve()).once('error', () => resolve());
    logger.end();
  });
}
