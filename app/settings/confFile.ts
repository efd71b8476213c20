/** The settings file without Electron, for the command and the tests. */
import path from 'node:path';
import Conf from 'conf';
import type { Log } from '../log/log';
import { openStore, SETTINGS_NAME, type SettingsFile } from './settingsFile';

/** Opens `settings.json` in the folder: the file that the desktop app writes, in the same format. */
export function openConfFile(dataDir: string, log: Log): SettingsFile {
  const open = () =>
    new Conf<Record<string, unknown>>({ cwd: dataDir, configName: SETTINGS_NAME, configFileMode: 0o600 });
  return openStore(open, path.join(dataDir, `${SETTINGS_NAME}.json`), log);
}
