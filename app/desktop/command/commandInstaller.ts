/** "Install Command" in the menu of macOS. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { app, dialog } from 'electron';
import type { Log } from '../../log/log';
import { asError, errorText } from '../../shared/errorText';
import { administratorScript, linkCommand } from './linkCommand';

/** What the menu's item does; undefined where the app is no bundle of macOS. */
export function commandInstaller(log: Pick<Log, 'error'>): (() => void) | undefined {
  if (process.platform !== 'darwin' || !app.isPackaged) return undefined;
  const linkAsAdministrator = async (target: string, link: string) => {
    await promisify(execFile)('/usr/bin/osascript', administratorScript(target, link), { timeout: ADMINISTRATOR_MS });
  };
  const install = async () => {
    try {
      const target = path.join(process.resourcesPath, 'claudacity');
      const link = await linkCommand({ target, folder: '/usr/local/bin', linkAsAdministrator });
      await dialog.showMessageBox({
        message: 'The command is installed.',
        detail: `“claudacity status” in a terminal says whether requests can be answered. The link is ${link}.`,
      });
    } catch (error) {
      log.error('the command could not be installed', { error: asError(error) });
      dialog.showErrorBox('The command was not installed', errorText(error));
    }
  };
  return () => void install();
}

/** For the user's password. */
const ADMINISTRATOR_MS = 5 * 60_000;
