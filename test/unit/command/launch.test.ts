import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasDisplay } from '../../../app/command/display';
import { findPrograms, type Installation } from '../../../app/command/launch';
import { removeFolder, scratchFolder } from '../../support/cli';

let folder: string;
beforeAll(async () => {
  folder = await scratchFolder();
});
afterAll(() => removeFolder(folder));

const installation = (changes: Partial<Installation>): Installation => ({
  folder: '/nowhere',
  execPath: '/usr/bin/node',
  env: {},
  platform: 'linux',
  isRoot: false,
  isElectron: false,
  ...changes,
});

describe('the programs of', () => {
  const packaged = { folder: '/x/resources/app.asar/out', execPath: '/x/claudacity', isElectron: true };

  test('a package are its own binary', () => {
    expect(findPrograms(installation(packaged))).toEqual({
      serve: { program: '/x/claudacity', args: ['serve'] },
      desktopApp: { program: '/x/claudacity', args: [] },
    });
    expect(findPrograms(installation({ ...packaged, isRoot: true })).desktopApp?.args).toEqual(['--no-sandbox']);
  });

  test('a package with a command of its own are that and the binary', () => {
    const file = path.join(folder, 'bin', 'claudacity');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '');
    const execPath = path.join(folder, 'claudacity');
    const { serve, desktopApp } = findPrograms(installation({ ...packaged, execPath }));
    expect([serve.program, desktopApp?.program]).toEqual([file, execPath]);
  });

  test('an AppImage and a portable program are the file that stays', () => {
    const env = { APPIMAGE: '/home/me/My Apps/Claudacity.AppImage' };
    const { serve, desktopApp } = findPrograms(installation({ ...packaged, env }));
    expect([serve.program, desktopApp?.program]).toEqual([env.APPIMAGE, env.APPIMAGE]);
    const portable = { PORTABLE_EXECUTABLE_FILE: 'C:\\Claudacity.exe' };
    expect(findPrograms(installation({ ...packaged, platform: 'win32', env: portable })).serve.program).toBe(
      'C:\\Claudacity.exe',
    );
  });

  test('a bundle alone are Node and its script', () => {
    expect(findPrograms(installation({}))).toEqual({
      serve: { program: '/usr/bin/node', args: [path.join('/nowhere', 'cli.cjs'), 'serve'] },
      desktopApp: undefined,
    });
  });

  test('a checkout have the Electron that npm start has prepared', () => {
    const out = path.join(folder, 'out');
    const electron = path.join(folder, '.cache', 'electron', 'dev', 'electron');
    mkdirSync(out, { recursive: true });
    writeFileSync(path.join(out, 'main.cjs'), '');
    expect(findPrograms(installation({ folder: out })).desktopApp).toBeUndefined();
    mkdirSync(path.dirname(electron), { recursive: true });
    writeFileSync(electron, '');
    expect(findPrograms(installation({ folder: out })).desktopApp).toEqual({ program: electron, args: [folder] });
  });
});

test('only Linux can be without a display', () => {
  expect(hasDisplay({}, 'linux')).toBe(false);
  expect(hasDisplay({ DISPLAY: '' }, 'linux')).toBe(false);
  expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
  expect([hasDisplay({}, 'darwin'), hasDisplay({}, 'win32')]).toEqual([true, true]);
});
