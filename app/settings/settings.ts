/**
 * The settings: what they are, what they are by default, and who wins. The command line goes before the environment,
 * the environment before what is stored, and that before the default.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import type { Log } from '../log/log';
import type { SettingsFile } from './settingsFile';

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*$/i;

const host = z
  .string()
  .trim()
  .refine((value) => isIP(value) !== 0 || HOST_NAME.test(value), 'must be an address or a host name, without a port');
const port = (least: number) =>
  z
    .int('must be a whole number')
    .min(least, `must be from ${least} to 65535`)
    .max(65_535, `must be from ${least} to 65535`);
const origin = z.string().trim().min(1, 'must not be empty');

const Values = z.object({
  /** The address to listen on. */
  host: host.default('0.0.0.0'),
  port: port(1).default(22_434),
  /** Where the `claude` CLI is; empty: looked for in the usual places. */
  cliPath: z.string().trim().default(''),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Start the server when the app starts. */
  startServer: z.boolean().default(true),
  /** Web origins that may call, besides those of this computer; `*` stands for any run of characters. */
  origins: z.array(origin).default([]),
  /** The most `claude` processes at one time; null: as many as the memory allows. */
  maxProcesses: z.int().min(1).max(256).nullable().default(null),
  /** After how many minutes without use a conversation's process ends. */
  idleMinutes: z.number().positive().max(1440).default(5),
  /** Keep what was said in conversations, so that one can go on when its process has ended or the app was restarted. */
  keepTexts: z.boolean().default(true),
  /** After how many days without use a kept conversation is deleted. */
  keepDays: z.int().min(1).max(3650).default(30),
  /** The least recently used conversations are deleted where all take more than this. */
  keepMegabytes: z.int().min(1).max(1_000_000).default(1024),
  /** Take a request's `user` for the id of a conversation, until that user has sent a history. */
  usersAreIds: z.boolean().default(true),
  /** Send temperature and the like to the model; today's models refuse them. */
  sendSampling: z.boolean().default(false),
  /** Fetch images from the http addresses that clients name; never from private ones. */
  fetchImages: z.boolean().default(false),
  /** Keep the user's own files, instructions, tools and plugins from the CLI. */
  isolation: z.boolean().default(true),
});

export type SettingsValues = Readonly<z.infer<typeof Values>>;
export type SettingName = keyof SettingsValues;

export interface Settings {
  readonly value: SettingsValues;
  /** What set a value that cannot be changed here: `PORT`, `--port`… */
  readonly pinned: Readonly<Partial<Record<SettingName, string>>>;
  /**
   * Stores the change, then tells the listeners.
   * @throws Error that says what is wrong, and nothing is changed: a value that will not do, a pinned one, a file that cannot be written.
   */
  change(patch: { [K in SettingName]?: SettingsValues[K] | undefined }): SettingsValues;
  /** Returns the function that ends the subscription. */
  onChange(listener: (value: SettingsValues, previous: SettingsValues) => void): () => void;
}

export interface SettingsOptions {
  readonly file: SettingsFile;
  readonly log: Log;
  /** `HOST`, `PORT`, `CLAUDE_PATH`; `CLAUDACITY_ORIGINS` and `OLLAMA_ORIGINS` (lists with commas) add to `origins`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the command line says, as typed. */
  readonly commandLine?: { readonly host?: string | undefined; readonly port?: string | undefined };
}

/** @throws Error that names the variable or option that will not do. */
export function openSettings({ file, log, env, commandLine = {} }: SettingsOptions): Settings {
  const given = pins(env, commandLine);
  const pinned = Object.fromEntries(Object.entries(given).map(([name, pin]) => [name, pin.source]));
  const fixed = Object.fromEntries(Object.entries(given).map(([name, pin]) => [name, pin.value]));
  const envOrigins = [...list(env.CLAUDACITY_ORIGINS), ...list(env.OLLAMA_ORIGINS)];
  const listeners = new Set<(value: SettingsValues, previous: SettingsValues) => void>();

  const effective = (stored: SettingsValues): SettingsValues => ({
    ...stored,
    ...fixed,
    origins: [...new Set([...stored.origins, ...envOrigins])],
  });
  let stored = readStored(file, log);
  let value = effective(stored);

  return {
    get value() {
      return value;
    },
    pinned,
    change(patch) {
      const wanted = changed(patch, value, pinned);
      if (wanted.origins) wanted.origins = wanted.origins.filter((name) => !envOrigins.includes(name));
      // Keys of other versions stay in the file.
      file.write({ ...asRecord(file.read()), ...wanted });
      const previous = value;
      stored = { ...stored, ...wanted };
      value = effective(stored);
      for (const listener of listeners) listener(value, previous);
      return value;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

interface Pin {
  readonly source: string;
  readonly value: string | number;
}

function pins(
  env: SettingsOptions['env'],
  commandLine: NonNullable<SettingsOptions['commandLine']>,
): Partial<Record<SettingName, Pin>> {
  const hostPin = pin('--host', commandLine.host, parseHost) ?? pin('HOST', env.HOST, parseHost);
  const portPin = pin('--port', commandLine.port, parsePort) ?? pin('PORT', env.PORT, parsePort);
  const cliPin = pin('CLAUDE_PATH', env.CLAUDE_PATH, (text) => text);
  return {
    ...(hostPin && { host: hostPin }),
    ...(portPin && { port: portPin }),
    ...(cliPin && { cliPath: cliPin }),
  };
}

/** A variable that is set to nothing counts as not set. */
function pin(source: string, text: string | undefined, parse: (text: string) => string | number): Pin | undefined {
  const trimmed = text?.trim();
  if (!trimmed) return undefined;
  try {
    return { source, value: parse(trimmed) };
  } catch (error) {
    throw new Error(`${source} is "${trimmed}", but ${error instanceof Error ? error.message : error}`);
  }
}

function parseHost(text: string): string {
  const parsed = host.safeParse(text);
  if (!parsed.success) throw new Error(`it ${parsed.error.issues[0]?.message}, such as 0.0.0.0 or 127.0.0.1`);
  return parsed.data;
}

/** 0, any free port, is for the environment and the command line alone: nobody could find the app again. */
function parsePort(text: string): number {
  const parsed = port(0).safeParse(/^\d+$/.test(text) ? Number(text) : Number.NaN);
  if (!parsed.success) throw new Error('it must be a port: a whole number from 0 to 65535');
  return parsed.data;
}

function list(text = ''): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** What is stored; a value that will not do counts as not stored, so that one slip of an editor costs one setting. */
function readStored(file: SettingsFile, log: Log): SettingsValues {
  const record = asRecord(file.read());
  const parsed = Values.safeParse(record);
  if (parsed.success) return parsed.data;
  const sound = { ...record };
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0]);
    log.warn('A stored setting will not do, its default is used', { setting: name, problem: issue.message });
    delete sound[name];
  }
  return Values.parse(sound);
}

function asRecord(stored: unknown): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).safeParse(stored).data ?? {};
}

function changed(
  patch: Readonly<Record<string, unknown>>,
  value: SettingsValues,
  pinned: Settings['pinned'],
): Partial<z.infer<typeof Values>> {
  const wanted = Object.entries(patch).filter(([, to]) => to !== undefined);
  const free = wanted.filter(([name, to]) => {
    const setting = name as SettingName;
    if (pinned[setting] === undefined) return true;
    if (to === value[setting]) return false;
    throw new Error(`${name} is set by ${pinned[setting]} and cannot be changed here`);
  });
  const parsed = z.strictObject(Values.shape).partial().safeParse(Object.fromEntries(free));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${issue?.path.join('.') || 'settings'}: ${issue?.message}`);
  }
  // Zod fills defaults in even where a key is optional.
  return Object.fromEntries(Object.entries(parsed.data).filter(([name]) => free.some(([key]) => key === name)));
}
