/**
 * The values of the settings and where each comes from: a change for this run wins over the command line, that over the environment, the environment
 * over the settings file, and the file over the default. What the settings are is in shared/settings.ts.
 */
import { z } from 'zod';
import type { Log } from '../log/log';
import type { SettingName, SettingsValues } from '../shared/settings';
import { type SettingsChange, settingsChange, storedSettings } from '../shared/settingsSchema';
import { readPinnedValues, withoutAdded, withPinned } from './pinnedSettings';
import type { SettingsFile } from './settingsFile';

export interface Settings {
  readonly value: SettingsValues;
  /** What set a value that cannot be changed here: `PORT`, `--port`… */
  readonly pinned: Readonly<Partial<Record<SettingName, string>>>;
  /** What variables add to lists: it cannot be taken out here. */
  readonly added: Readonly<Partial<Record<SettingName, readonly string[]>>>;
  /** The pinned settings that have another value until the app ends. */
  readonly changedForRun: readonly SettingName[];
  /**
   * Changes pinned settings until the app ends, then calls the listeners. Nothing is stored.
   * @throws Error that says what is wrong, and nothing is changed: an invalid value, a setting that is not pinned.
   */
  changeForRun(patch: SettingsPatch): SettingsValues;
  /** Gives a pinned setting back the value of what pins it, then calls the listeners. */
  endChangeForRun(name: SettingName): SettingsValues;
  /**
   * Stores the change, then calls the listeners.
   * @throws Error that says what is wrong, and nothing is changed: an invalid value, a pinned setting, a file that cannot be written.
   */
  change(patch: SettingsPatch): SettingsValues;
  /** Returns the function that ends the subscription. */
  onChange(listener: (value: SettingsValues, previous: SettingsValues) => void): () => void;
}

/** A change of any settings; undefined leaves one as it is. */
export type SettingsPatch = { [N in SettingName]?: SettingsValues[N] | undefined };

export interface SettingsOptions {
  readonly file: SettingsFile;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values from the command line, as typed. */
  readonly commandLine?: Readonly<Partial<Record<SettingName, string | undefined>>>;
}

/** @throws Error that names the variable or option whose value is invalid. */
export function openSettings({ file, log, env, commandLine = {} }: SettingsOptions): Settings {
  const pinnedSettings = readPinnedValues(env, commandLine);
  for (const { source, item } of pinnedSettings.ignored) {
    log.warn('an item of a variable is not valid and has no effect', { variable: source, item });
  }
  const pinned = Object.fromEntries(
    Object.entries(pinnedSettings.replaced).map(([name, { source }]) => [name, source]),
  );
  const listeners = new Set<(value: SettingsValues, previous: SettingsValues) => void>();
  let stored = readStored(file, log);
  let forRun: SettingsChange = {};
  let value = withPinned(stored, pinnedSettings);
  const update = (): SettingsValues => {
    const previous = value;
    value = { ...withPinned(stored, pinnedSettings), ...forRun };
    for (const listener of listeners) listener(value, previous);
    return value;
  };

  return {
    get value() {
      return value;
    },
    pinned,
    added: pinnedSettings.added,
    get changedForRun() {
      return Object.keys(forRun) as SettingName[];
    },
    changeForRun(patch) {
      forRun = { ...forRun, ...validChangeForRun(patch, pinned) };
      return update();
    },
    endChangeForRun(name) {
      const { [name]: _ended, ...others } = forRun;
      forRun = others;
      return update();
    },
    change(patch) {
      const change = withoutAdded(validChange(patch, value, pinned), pinnedSettings);
      // A disk that is read-only does not matter to a change that changes nothing.
      if (Object.entries(change).every(([name, next]) => stored[name as SettingName] === next)) return value;
      // Settings of other versions stay in the file.
      file.write({ ...asRecord(file.read()), ...change });
      stored = { ...stored, ...change };
      return update();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The stored values. An invalid one is replaced by its default, so that a slip made while editing the file costs one setting only. */
function readStored(file: SettingsFile, log: Log): SettingsValues {
  const valid = asRecord(file.read());
  const parsed = storedSettings.safeParse(valid);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0]);
    log.warn('a stored setting is invalid, its default is used', { setting: name, problem: issue.message });
    delete valid[name];
  }
  return storedSettings.parse(valid);
}

function asRecord(stored: unknown): Record<string, unknown> {
  return { ...z.record(z.string(), z.unknown()).safeParse(stored).data };
}

/** @throws Error that names the setting that is pinned, unknown or has an invalid value. */
function validChange(patch: SettingsPatch, value: SettingsValues, pinned: Settings['pinned']): SettingsChange {
  const changes = Object.entries(patch).filter(([name, next]) => {
    const source = pinned[name as SettingName];
    if (next === undefined) return false;
    if (source === undefined) return true;
    // A client that sends all the values back changes nothing.
    if (next === value[name as SettingName]) return false;
    throw new Error(`${name} is set by ${source} and cannot be changed here`);
  });
  return checked(Object.fromEntries(changes));
}

/** @throws Error that names the setting that is not pinned, unknown or has an invalid value. */
function validChangeForRun(patch: SettingsPatch, pinned: Settings['pinned']): SettingsChange {
  const changes = Object.entries(patch).filter(([, next]) => next !== undefined);
  const free = changes.find(([name]) => pinned[name as SettingName] === undefined);
  if (free) throw new Error(`${free[0]} is set by no variable and no option: change it for good`);
  return checked(Object.fromEntries(changes));
}

function checked(change: SettingsPatch): SettingsChange {
  const parsed = settingsChange.safeParse(change);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${issue?.path.join('.') || 'settings'}: ${issue?.message}`);
}
