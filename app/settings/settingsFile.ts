/** What the settings need of whatever keeps them: electron-store in the desktop app, conf in the command. */
import type { Log } from '../log/log';
import { asError } from '../shared/errorText';
import { setAside } from './quarantineFile';

export interface SettingsFile {
  /** All that the file holds, `{}` where there is none. */
  read(): unknown;
  /** Replaces what the file holds. @throws where it cannot be written. */
  write(values: Record<string, unknown>): void;
}

/** The part that conf and electron-store, which is built on it, have in common. */
export interface Store {
  store: Record<string, unknown>;
}

/** Name of the file in the data folder, without `.json`. */
export const SETTINGS_NAME = 'settings';

/**
 * Opens the store, which reads its file at once. A file that cannot be read is set aside and a new one begun;
 * where not even that is possible, settings last until the app ends. Both are logged.
 */
export function openStore(open: () => Store, file: string, log: Log): SettingsFile {
  const store = openOrBeginAnew(open, file, log);
  return {
    read: () => store.store,
    write: (values) => {
      store.store = values;
    },
  };
}

function openOrBeginAnew(open: () => Store, file: string, log: Log): Store {
  try {
    return open();
  } catch (error) {
    log.warn('The settings cannot be read', { file, error: asError(error) });
  }
  try {
    const aside = setAside(file);
    const store = open();
    log.warn('The settings begin anew; the old file was set aside', { aside });
    return store;
  } catch (error) {
    log.error('The settings cannot be kept', { file, error: asError(error) });
    return { store: {} };
  }
}
