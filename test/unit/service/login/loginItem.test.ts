import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LaunchCommand, launchCommand } from '../../../../app/service/login/launchCommand';
import { loginItemFor } from '../../../../app/service/login/loginItemFor';
import { macLoginItem, type SystemLoginItems } from '../../../../app/service/login/macLoginItem';
import { innerCommandLine, isSwitchedOff, readCommandLine, valueIn } from '../../../../app/service/login/windowsRun';
import { desktopEntry, readExec } from '../../../../app/service/login/xdgAutostart';
import { ODD_PATHS } from '../oddPaths';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'claudacity-login-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const command: LaunchCommand = { program: '/opt/Claudacity/claudacity', args: [] };

describe.skipIf(process.platform === 'win32')('the login item on Linux', () => {
  const item = (env: NodeJS.ProcessEnv = {}, own = command) =>
    loginItemFor({ platform: 'linux', env, home, command: own });
  const file = () => path.join(home, '.config/autostart/claudacity.desktop');
  const write = async (text: string) => {
    await mkdir(path.dirname(file()), { recursive: true });
    await writeFile(file(), text);
  };
  const isEnabled = async () => (await item().read()).enabled;

  test('is off until it is enabled, on then, and off once disabled', async () => {
    const before = await isEnabled();
    await item().enable();
    const enabled = await isEnabled();
    await item().disable();
    expect([before, enabled, await isEnabled()]).toEqual([false, true, false]);
  });

  test('is a file in ~/.config/autostart, or in XDG_CONFIG_HOME where that is absolute', async () => {
    await item().enable();
    await item({ XDG_CONFIG_HOME: path.join(home, 'elsewhere') }).enable();
    await item({ XDG_CONFIG_HOME: 'relative' }).enable();
    for (const folder of ['.config', 'elsewhere'])
      expect(await readFile(path.join(home, folder, 'autostart/claudacity.desktop'), 'utf8')).toContain('Exec=');
  });

  test.each(['Hidden=true', 'Hidden = True', 'X-GNOME-Autostart-enabled=false', 'X-MATE-Autostart-enabled=false'])(
    'is off where the desktop has set %s, and enabling it takes that back',
    async (line) => {
      const [key = ''] = line.split(/\s*=/);
      await write(`${desktopEntry(command).replace(new RegExp(`^${key}=.*\n`, 'm'), '')}${line}\n`);
      expect(await item().read()).toMatchObject({ installed: true, enabled: false, command });
      await item().enable();
      expect(await readFile(file(), 'utf8')).toBe(desktopEntry(command));
      expect(await isEnabled()).toBe(true);
    },
  );

  test('keys of an action do not count as those of the entry', async () => {
    await write(`${desktopEntry(command)}[Desktop Action x]\nHidden=true\nExec=other\n`);
    expect(await item().read()).toMatchObject({ enabled: true, command });
  });

  test('is off where its entry names no program', async () => {
    await write('[Desktop Entry]\nType=Application\n');
    expect(await item().read()).toMatchObject({ installed: true, enabled: false, command: null });
  });

  test('can be disabled without having been enabled', async () => {
    await expect(item().disable()).resolves.toBeUndefined();
  });

  test('tells of a change that another program has made', async () => {
    const changed = new Promise<void>((resolve) => {
      const unwatch = item().watch?.(() => {
        unwatch?.();
        resolve();
      });
    });
    await write('[Desktop Entry]\n');
    await changed;
  });

  test.each(['SNAP', 'FLATPAK_ID'])('is not supported inside a %s, which cannot write there', (variable) => {
    expect(item({ [variable]: 'claudacity' }).supported).toBe(false);
  });

  describe('that names a program that is gone', () => {
    const moved = { program: '/nowhere/old/claudacity', args: [] };

    test('is mended', async () => {
      await item({}, moved).enable();
      expect(await item().mend()).toBe(true);
      expect(await item().read()).toMatchObject({ enabled: true, command });
      expect(await item().mend()).toBe(false);
    });

    test('stays as it is where the user has switched it off', async () => {
      await write(`${desktopEntry(moved)}Hidden=true\n`);
      expect(await item().mend()).toBe(false);
      expect(await item().read()).toMatchObject({ enabled: false, command: moved });
    });
  });

  test('of another installation that is there stays as it is', async () => {
    const other = { program: process.execPath, args: ['/other'] };
    await item({}, other).enable();
    expect(await item().mend()).toBe(false);
    expect((await item().read()).command).toEqual(other);
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

  test.each(ODD_PATHS)('is read as it was written: %j', (program) => {
    const written = { program, args: ['--no-sandbox', program] };
    const exec = /^Exec=(.*)$/m.exec(desktopEntry(written))?.[1] ?? '';
    expect(readExec(exec)).toEqual(written);
  });

  test('an entry that was written by hand is read, too', () => {
    expect(readExec('/usr/bin/claudacity --hidden 22435')).toEqual({ program: '/usr/bin/claudacity', args: ['22435'] });
  });
});

describe('the Run value of Windows', () => {
  const electron = { program: 'C:\\Program Files\\Cläudäcity & 你好\\e.exe', args: ['C:\\my app'] };
  const inner = 'C:\\Program Files\\Cläudäcity & 你好\\e.exe" "C:\\my app';

  test('is passed to auto-launch as a command line without its outermost quotes', () => {
    expect(innerCommandLine(electron)).toBe(inner);
  });

  test('is read as auto-launch writes it', () => {
    expect(readCommandLine(`"${inner}" --hidden`)).toEqual(electron);
    expect(readCommandLine('C:\\e.exe --hidden')).toEqual({ program: 'C:\\e.exe', args: [] });
    expect(readCommandLine('')).toBeNull();
  });

  test('is found in an export of the registry, among others', () => {
    const escaped = `\\"${inner.replace(/[\\"]/g, '\\$&')}\\" --hidden`;
    const lines = [
      'Windows Registry Editor Version 5.00',
      '',
      '[HKEY_CURRENT_USER\\x]',
      '"Other"="\\"Claudacity\\"=1"',
    ];
    expect(valueIn([...lines, `"Claudacity"="${escaped}"`, ''].join('\r\n'))).toBe(`"${inner}" --hidden`);
    expect(valueIn([...lines, '"Claudacity"=hex:03,00,00,00,4a', ''].join('\r\n'))).toBe('03,00,00,00,4a');
    expect(valueIn(lines.join('\r\n'))).toBeUndefined();
  });

  test.each([
    [undefined, false],
    ['02,00,00,00,00,00,00,00,00,00,00,00', false],
    ['06,00,00,00,00,00,00,00,00,00,00,00', false],
    ['03,00,00,00,4a,e1,a7,c7,f0,5f,d7,01', true],
    ['07,00,00,00,4a,e1,a7,c7,f0,5f,d7,01', true],
  ])('with the approval %s is switched off: %s', (approval, off) => {
    expect(isSwitchedOff(approval)).toBe(off);
  });
});

describe.skipIf(process.platform === 'win32')('the login item on macOS', () => {
  /** As Electron's: the system decides what becomes of a registration. */
  function system(onSet: 'enabled' | 'requires-approval' | 'none', status: typeof onSet = 'none'): SystemLoginItems {
    let now = status;
    return {
      set: (enabled) => {
        now = enabled ? onSet : 'none';
      },
      status: () => now,
    };
  }
  const agentFile = () => path.join(home, 'Library/LaunchAgents/Claudacity.plist');
  const app = { program: '/Applications/A & B <ü>.app/Contents/MacOS/Claudacity', args: [] };
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    // What launchctl of macOS prints of an agent that was switched off, and of one that it does not know.
    const script = `#!/bin/sh
case "$1" in
  print-disabled) printf 'disabled services = {\\n\\t\\t"Claudacity" => disabled\\n}\\n' > "$0.out"; [ -e "$0.enabled" ] || cat "$0.out" ;;
  enable) touch "$0.enabled" ;;
  print) exit 113 ;;
esac
`;
    await writeFile(path.join(home, 'launchctl'), script);
    await chmod(path.join(home, 'launchctl'), 0o755);
    env = { PATH: `${home}:${process.env.PATH}` };
  });

  test('is registered with the system alone where that takes it', async () => {
    const item = macLoginItem({ env, home, command: app, system: system('enabled') });
    await item.enable();
    expect(await item.read()).toMatchObject({ enabled: true, needsApproval: false, entry: null });
    await expect(readFile(agentFile())).rejects.toThrow('ENOENT');
  });

  test('waits for the user’s approval without an agent beside it, and removes an older agent', async () => {
    await macLoginItem({ env, home, command: app, system: undefined }).enable();
    const item = macLoginItem({ env, home, command: app, system: system('requires-approval') });
    await item.enable();
    expect(await item.read()).toMatchObject({ installed: true, enabled: false, needsApproval: true });
    await expect(readFile(agentFile())).rejects.toThrow('ENOENT');
  });

  test('is an agent where the system does not take the app, and clears what switched it off', async () => {
    const item = macLoginItem({ env, home, command: app, system: system('none') });
    await item.enable();
    expect(await item.read()).toMatchObject({ enabled: true, entry: agentFile(), command: app });
    expect(readPlist(agentFile())).toMatchObject({
      Label: 'Claudacity',
      ProgramArguments: [app.program, '--hidden'],
      RunAtLoad: true,
    });
    await item.disable();
    expect(await item.read()).toMatchObject({ installed: false, enabled: false });
  });

  test('is off where launchctl has switched it off', async () => {
    const item = macLoginItem({ env, home, command: app, system: undefined });
    await item.enable();
    await rm(path.join(home, 'launchctl.enabled'));
    expect(await item.read()).toMatchObject({ installed: true, enabled: false });
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

/** With Python's reader, which follows Apple's format strictly. */
function readPlist(file: string): unknown {
  const program = 'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))';
  return JSON.parse(execFileSync('python3', ['-c', program, file], { encoding: 'utf8' }));
}
