/** The settings file, as the settings use it: electron-store in the desktop app, conf in the command. */
import type { Log } from '../log/log';
import { asError } from '../shared/errorText';
import { quarantineFile } from './quarantineFile';

export interface SettingsFile {
  /** The content of the file; `{}` where there is none. */
  read(): unknown;
  /** Replaces the content of the file. @throws where it cannot be written. */
  write(values: Record<string, unknown>): void;
}

/** The part that conf and electron-store, which is built on it, have in common. */
export interface Store {
  store: Record<string, unknown>;
}

/** Name of the file in the data folder, without `.json`. */
export const SETTINGS_NAME = 'settings';

/**
 * Opens the store, which reads its file at once. An unreadable file is quarantined and replaced by a new one; where that is not possible either,
 * settings are held in memory until the app ends. Both are logged.
 */
export function openStore(open: () => Store, file: string, log: Log): SettingsFile {
  const store = openOrReplace(open, file, log);
  return {
    read: () => store.store,
    write: (values) => {
      store.store = values;
    },
  };
}

function openOrReplace(open: () => Store, file: string, log: Log): Store {
  try {
    return open();
  } catch (error) {
    log.warn('the settings file cannot be read', { file, error: asError(error) });
  }
  try {
    const quarantined = quarantineFile(file);
    const store = open();
    log.warn('a new settings file was begun; the unreadable one was renamed', { quarantined });
    return store;
  } catch (error) {
    log.error('changes of the settings cannot be stored', { file, error: asError(error) });
    return { store: {} };
  }
}
