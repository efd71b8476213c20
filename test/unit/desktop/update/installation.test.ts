import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDesktopUpdater } from '../../../../app/desktop/update/desktopUpdater';
import { installationOf, isFromRepository } from '../../../../app/desktop/update/installation';
import { removeFolder, scratchFolder } from '../../../support/cli';
import { recordingLog } from '../../../support/recordingLog';

let folder: string;

beforeEach(async () => {
  folder = await scratchFolder();
});

afterEach(() => removeFolder(folder));

const of = (changes: Partial<Parameters<typeof installationOf>[0]>) =>
  installationOf({
    ...{ platform: 'linux', packaged: true, env: {}, execPath: path.join(folder, 'claudacity'), resourcesPath: folder },
    ...changes,
  });

const file = (name: string, text = '') => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
};

test('an AppImage that the user may replace is updated by the app', () => {
  const APPIMAGE = file('own/Claudacity.AppImage');
  expect(of({ env: { APPIMAGE } }).kind).toBe('appImage');
});

test.runIf(process.platform === 'linux' && process.getuid?.() !== 0)(
  'an AppImage in a folder of somebody else is left to them',
  () => {
    const APPIMAGE = file('shared/Claudacity.AppImage');
    chmodSync(path.dirname(APPIMAGE), 0o500);
    expect(of({ env: { APPIMAGE } }).reason).toContain(APPIMAGE);
    chmodSync(path.dirname(APPIMAGE), 0o700);
  },
);

test('a deb and an rpm say so in a file of theirs, an archive does not', () => {
  expect(of({}).reason).toContain('unpacked from an archive');
  file('package-type', 'deb\n');
  expect(of({}).kind).toBe('deb');
  file('package-type', 'rpm');
  expect(of({}).kind).toBe('rpm');
});

test('an installed app on Windows has its uninstaller beside it, the portable one has not', () => {
  const execPath = path.join(folder, 'Claudacity.exe');
  expect(of({ platform: 'win32', execPath }).reason).toContain('unpacked from an archive');
  file('Uninstall Claudacity.exe');
  expect(of({ platform: 'win32', execPath }).kind).toBe('nsis');
});

test('a store and a checkout are updated by other means', () => {
  expect(of({ env: { SNAP: '/snap/claudacity' } }).reason).toContain('store');
  expect(of({ packaged: false }).reason).toContain('source');
});

test('a Debian package is from a repository where one offers the installed version', () => {
  const policy = (...sources: string[]) =>
    ['claudacity:', '  Installed: 1.0.0', '  Version table:', ' *** 1.0.0 100', ...sources].join('\n');
  const status = '        100 /var/lib/dpkg/status';
  expect(isFromRepository(policy(status))).toBe(false);
  expect(isFromRepository(policy('        500 https://deb.example stable/main amd64 Packages', status))).toBe(true);
  expect(
    isFromRepository(policy(status, '     0.9.0 500', '        500 https://deb.example stable/main amd64 Packages')),
  ).toBe(false);
  expect(isFromRepository('')).toBe(false);
});

const updater = (kind: 'deb' | 'appImage') =>
  createDesktopUpdater({
    installation: { kind },
    ...{ program: undefined, restart: async () => {} },
    ...{ resourcesPath: folder, appPath: folder, dataDir: folder, log: recordingLog() },
  });

test('without an address nothing is updated, and with one an AppImage is', async () => {
  file('package.json', '{}');
  expect(await updater('appImage').unsupported('')).toContain('names no address');
  expect(await updater('appImage').unsupported('https://updates.example')).toBeUndefined();
  file('app-update.yml', 'provider: generic\nurl: https://updates.example/\n');
  expect(await updater('appImage').unsupported('')).toBeUndefined();
  await expect(updater('appImage').unsupported('http://updates.example')).rejects.toThrow('https://');
});

test('what is installed with the rights of the system is updated only with a key to check it', async () => {
  file('package.json', '{}');
  expect(await updater('deb').unsupported('https://updates.example')).toContain('no key');
  file('package.json', '{"updateKey": "MCowBQYDK2VwAyEA"}');
  expect(await updater('deb').unsupported('https://updates.example')).toBeUndefined();
});
