/** The settings file of the desktop app. */
import path from 'node:path';
import ElectronStore from 'electron-store';
import type { Log } from '../log/log';
import { openStore, SETTINGS_NAME, type SettingsFile } from '../settings/settingsFile';

/** Opens `settings.json` in the folder: the file that the command opens with conf, in the same format. */
export function openElectronStoreFile(dataDir: string, log: Log): SettingsFile {
  const open = () =>
    new ElectronStore<Record<string, unknown>>({ cwd: dataDir, name: SETTINGS_NAME, configFileMode: 0o600 });
  return openStore(open, path.join(dataDir, `${SETTINGS_NAME}.json`), log);
}
