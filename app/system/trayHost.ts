/** Whether the desktop shows tray icons. Stock GNOME does not: an icon is registered there, and nobody sees it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 2_000;

/**
 * Asks the session bus for the host of tray icons. Resolves to true on macOS and Windows, and where the system does not tell: then the window
 * does as on every other desktop. Never rejects.
 */
export async function showsTrayIcons(platform: NodeJS.Platform = process.platform): Promise<boolean> {
  if (platform !== 'linux') return true;
  try {
    const { stdout } = await run('gdbus', READ_HOST, { timeout: TIMEOUT_MS });
    return !stdout.includes('false');
  } catch (error) {
    // GDBus names the error: nothing on the bus has the name of the watcher. What else can go wrong says nothing about a host.
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    return !/ServiceUnknown|NameHasNoOwner/.test(output);
  }
}

const WATCHER = 'org.kde.StatusNotifierWatcher';
const READ_HOST = [
  'call',
  '--session',
  ...['--dest', WATCHER],
  ...['--object-path', '/StatusNotifierWatcher'],
  ...['--method', 'org.freedesktop.DBus.Properties.Get', WATCHER, 'IsStatusNotifierHostRegistered'],
];
