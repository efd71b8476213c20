import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { propertyListStrings, windowsCommandLine } from '../../../app/desktop/loginItem/autoLaunchItem';
import { launchCommand } from '../../../app/desktop/loginItem/launchCommand';
import { loginItemFor } from '../../../app/desktop/loginItem/loginItemFor';
import { desktopEntry, xdgAutostart } from '../../../app/desktop/loginItem/xdgAutostart';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'claudacity-login-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const command = { program: '/opt/Claudacity/claudacity', args: [] };

describe('the login item on Linux', () => {
  test('is off until it is enabled, on then, and off once disabled', async () => {
    const item = xdgAutostart({ env: {}, home, command });
    const before = await item.isEnabled();
    await item.enable();
    const enabled = await item.isEnabled();
    await item.disable();
    expect([before, enabled, await item.isEnabled()]).toEqual([false, true, false]);
  });

  test('is a file in ~/.config/autostart', async () => {
    await xdgAutostart({ env: {}, home, command }).enable();
    await expect(readFile(path.join(home, '.config/autostart/claudacity.desktop'), 'utf8')).resolves.toContain('Exec=');
  });

  test('is a file in XDG_CONFIG_HOME where that is set', async () => {
    const config = path.join(home, 'elsewhere');
    await xdgAutostart({ env: { XDG_CONFIG_HOME: config }, home, command }).enable();
    await expect(readFile(path.join(config, 'autostart/claudacity.desktop'), 'utf8')).resolves.toContain('Exec=');
  });

  test('ignores a relative XDG_CONFIG_HOME, as its specification says', async () => {
    await xdgAutostart({ env: { XDG_CONFIG_HOME: 'config' }, home, command }).enable();
    await expect(readFile(path.join(home, '.config/autostart/claudacity.desktop'), 'utf8')).resolves.toContain('Exec=');
  });

  test.each(['Hidden=true', 'X-GNOME-Autostart-enabled=false'])('is off where the desktop has set %s', async (line) => {
    const file = path.join(home, '.config/autostart/claudacity.desktop');
    await mkdir(path.dirname(file), { recursive: true });
    const [key = ''] = line.split('=');
    const kept = desktopEntry(command).replace(new RegExp(`^${key}=.*\n`, 'm'), '');
    await writeFile(file, `${kept}${line}\n`);
    await expect(xdgAutostart({ env: {}, home, command }).isEnabled()).resolves.toBe(false);
  });

  test('can be disabled without having been enabled', async () => {
    await expect(xdgAutostart({ env: {}, home, command }).disable()).resolves.toBeUndefined();
  });

  test.each(['SNAP', 'FLATPAK_ID'])('is not supported inside a %s, which cannot write there', (variable) => {
    const system = { set: () => undefined, isSet: () => false, isAllowed: () => true };
    const options = { platform: 'linux', env: { [variable]: 'claudacity' }, home, command, packaged: true, system };
    expect(loginItemFor({ ...options, platform: 'linux' }).supported).toBe(false);
  });
});

describe('desktopEntry', () => {
  test('quotes every argument and starts hidden', () => {
    const entry = desktopEntry({ program: '/opt/My Apps/claudacity', args: ['/home/a b/app'] });
    expect(entry).toContain('\nExec="/opt/My Apps/claudacity" "/home/a b/app" "--hidden"\n');
  });

  test('escapes the special characters of an Exec line', () => {
    const entry = desktopEntry({ program: '/a"b/$c/`d/\\e/100%', args: [] });
    expect(entry).toContain(String.raw`Exec="/a\\"b/\\$c/\\${'`'}d/\\\\e/100%%" "--hidden"`);
  });

  test('names the program in TryExec, so that desktops ignore the entry once the app is uninstalled', () => {
    expect(desktopEntry(command)).toContain('\nTryExec=/opt/Claudacity/claudacity\n');
  });
});

describe('the path passed to auto-launch', () => {
  const electron = { program: 'C:\\Program Files\\e.exe', args: ['C:\\my app'] };

  test('is, for the Run key, a command line without its outermost quotes', () => {
    expect(`"${windowsCommandLine(electron)}"`).toBe('"C:\\Program Files\\e.exe" "C:\\my app"');
  });

  test('is, for a property list, valid inside its string element', () => {
    const strings = propertyListStrings({ program: '/Applications/A & B.app/x', args: ['<dir>'] });
    expect(strings.split(/\s*<\/string>\s*<string>/)).toEqual(['/Applications/A &amp; B.app/x', '&lt;dir&gt;']);
  });
});

describe('launchCommand', () => {
  const running = { execPath: '/tmp/.mount_x/claudacity', argv: ['claudacity'], appPath: '/src', env: {} };

  test('is the program alone in a packaged app', () => {
    expect(launchCommand({ ...running, packaged: true })).toEqual({ program: running.execPath, args: [] });
  });

  test('is Electron with the project folder in a development run', () => {
    expect(launchCommand({ ...running, packaged: false })).toEqual({ program: running.execPath, args: ['/src'] });
  });

  test('is the AppImage itself, not its mount point', () => {
    const env = { APPIMAGE: '/home/a/Claudacity.AppImage' };
    expect(launchCommand({ ...running, packaged: true, env }).program).toBe('/home/a/Claudacity.AppImage');
  });

  test('passes --no-sandbox on, without which root cannot start the app', () => {
    const argv = ['electron', '--no-sandbox', '--inspect=0', '/src', '22435'];
    expect(launchCommand({ ...running, argv, packaged: false }).args).toEqual(['--no-sandbox', '/src']);
  });
});
