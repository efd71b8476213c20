/** Precedence, refused values, and that no state of the file keeps the app from starting. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openConfFile } from '../../../app/settings/confFile';
import { dataDir } from '../../../app/settings/dataDir';
import { openSettings, type SettingsOptions } from '../../../app/settings/settings';
import { removeFolder, scratchFolder } from '../../support/cli';
import { type RecordingLog, recordingLog } from '../../support/recordingLog';

let folder: string;
let file: string;
let log: RecordingLog;

beforeEach(async () => {
  folder = await scratchFolder();
  file = path.join(folder, 'settings.json');
  log = recordingLog();
});

afterEach(() => removeFolder(folder));

function open({ env = {}, commandLine = {} }: Partial<Pick<SettingsOptions, 'env' | 'commandLine'>> = {}) {
  return openSettings({ file: openConfFile(folder, log), log, env, commandLine });
}

test('without a file every setting has its default', () => {
  expect(open().value).toMatchObject({
    host: '0.0.0.0',
    port: 22434,
    cliPath: '',
    theme: 'system',
    startServer: true,
    origins: [],
    passVariables: [],
    maxProcesses: null,
    idleMinutes: 5,
    reuseProcesses: true,
    isolation: true,
    keepTexts: true,
    keepDays: 30,
    keepMegabytes: 1024,
    usersAreIds: true,
    sendSampling: false,
    fetchImages: false,
  });
});

test('a change is stored', () => {
  open().change({ port: 8080, theme: 'dark' });

  expect(open().value).toMatchObject({ port: 8080, theme: 'dark', host: '0.0.0.0' });
});

test('a change writes its own settings only and leaves those of other versions in the file', async () => {
  await writeFile(file, '{ "fromTheFuture": 1 }');

  open().change({ port: 8080 });

  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ fromTheFuture: 1, port: 8080 });
});

describe('precedence', () => {
  beforeEach(() => writeFile(file, '{ "host": "10.0.0.1", "port": 1111 }'));

  test('the environment wins over the file and is named as the source', () => {
    const settings = open({ env: { HOST: '127.0.0.1', PORT: '2222', CLAUDE_PATH: '/opt/claude' } });

    expect(settings.value).toMatchObject({ host: '127.0.0.1', port: 2222, cliPath: '/opt/claude' });
    expect(settings.pinned).toEqual({ host: 'HOST', port: 'PORT', cliPath: 'CLAUDE_PATH' });
  });

  test('the command line wins over the environment', () => {
    const settings = open({ env: { PORT: '2222' }, commandLine: { port: '3333' } });

    expect(settings.value.port).toBe(3333);
    expect(settings.pinned).toEqual({ port: '--port' });
  });

  test('a variable that is set to nothing counts as not set', () => {
    const settings = open({ env: { HOST: '', PORT: ' ' } });

    expect(settings.value).toMatchObject({ host: '10.0.0.1', port: 1111 });
    expect(settings.pinned).toEqual({});
  });

  test('a change of one setting does not store the values that the environment sets', async () => {
    open({ env: { PORT: '2222' } }).change({ theme: 'light' });

    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ port: 1111, theme: 'light' });
  });
});

test('the environment may set port 0', () => {
  expect(open({ env: { PORT: '0' } }).value.port).toBe(0);
});

test.each(['http', '70000', '-1', '12.5', '0x50'])('PORT=%s is refused with the name of the variable', (port) => {
  expect(() => open({ env: { PORT: port } })).toThrow(/^PORT is ".+", but it must be a port/);
});

test.each(['0.0.0.0:80', 'http://localhost', 'a b', '-'])(
  'HOST=%s is refused with the name of the variable',
  (host) => {
    expect(() => open({ env: { HOST: host } })).toThrow(/^HOST is ".+", but it must be an address or a host name/);
  },
);

test.each(['::', '::1', '192.168.1.5', 'localhost', 'my-pc.local'])('HOST=%s is valid', (host) => {
  expect(open({ env: { HOST: host } }).value.host).toBe(host);
});

test('origins from the environment are added to those stored, and not stored themselves', async () => {
  const settings = open({
    env: { CLAUDACITY_ORIGINS: 'https://a.example, https://b.example', OLLAMA_ORIGINS: 'http://nas:*, *' },
  });

  settings.change({ origins: [...settings.value.origins, 'https://c.example'] });

  expect(settings.value.origins).toEqual([
    'https://c.example',
    'https://a.example',
    'https://b.example',
    'http://nas:*',
  ]);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ origins: ['https://c.example'] });
});

describe('a change is refused, and nothing is changed', () => {
  test('when the value is invalid', () => {
    const settings = open();

    expect(() => settings.change({ theme: 'dark', port: 0 })).toThrow(/^port: must be a port from 1 to 65,535$/);
    expect(settings.value.theme).toBe('system');
  });

  test('when the environment sets it', () => {
    const settings = open({ env: { PORT: '2222' } });

    expect(() => settings.change({ port: 3333 })).toThrow('port is set by PORT and cannot be changed here');
    expect(settings.value.port).toBe(2222);
  });

  test('unless the pinned setting keeps its value', () => {
    expect(open({ env: { PORT: '2222' } }).change({ port: 2222, theme: 'dark' })).toMatchObject({ theme: 'dark' });
  });
});

test('listeners get the new and the previous values until they end their subscription', () => {
  const settings = open();
  const seen: [number, number][] = [];
  const unsubscribe = settings.onChange((value, previous) => seen.push([value.port, previous.port]));

  settings.change({ port: 1 });
  unsubscribe();
  settings.change({ port: 2 });

  expect(seen).toEqual([[1, 22434]]);
});

test('an unreadable file is quarantined and logged, and the defaults are used', async () => {
  await writeFile(file, '{ "port": 80');

  expect(open().value.port).toBe(22434);

  const aside = (await readdir(folder)).find((name) => name.startsWith('settings.json.broken-'));
  expect(await readFile(path.join(folder, aside ?? ''), 'utf8')).toBe('{ "port": 80');
  expect(log.entries.map((entry) => entry.level)).toContain('warn');
});

test('an invalid stored value is logged and replaced by its default, and the others are used', async () => {
  await writeFile(file, '{ "port": "many", "theme": "dark" }');

  expect(open().value).toMatchObject({ port: 22434, theme: 'dark' });
  expect(log.entries[0]?.fields).toMatchObject({ setting: 'port' });
});

test('where the folder cannot be created, changes last until the app ends', async () => {
  await writeFile(path.join(folder, 'file'), '');
  const settings = openSettings({ file: openConfFile(path.join(folder, 'file'), log), log, env: {} });

  expect(settings.change({ port: 8080 }).port).toBe(8080);
  expect(log.entries.map((entry) => entry.level)).toContain('error');
});

test('electron-store and conf write the same file in the same format', async () => {
  // Its package would download Electron when it is imported; the store itself needs no more than the folder.
  process.env.ELECTRON_OVERRIDE_DIST_PATH ??= folder;
  const { openElectronStoreFile } = await import('../../../app/desktop/electronStoreFile');
  openSettings({ file: openElectronStoreFile(folder, log), log, env: {} }).change({
    port: 8080,
    origins: ['app://obsidian.md'],
  });
  const written = await readFile(file, 'utf8');
  const settings = open();
  settings.change({ port: 8081 });
  settings.change({ port: 8080 });

  expect(settings.value.origins).toEqual(['app://obsidian.md']);
  expect(await readFile(file, 'utf8')).toBe(written);
});

test.each([
  ['CLAUDACITY_HOME', { env: { CLAUDACITY_HOME: '/data' }, platform: 'linux', home: '/home/u' }, '/data'],
  ['XDG_CONFIG_HOME', { env: { XDG_CONFIG_HOME: '/xdg' }, platform: 'linux', home: '/home/u' }, '/xdg/Claudacity'],
  [
    'a relative XDG_CONFIG_HOME',
    { env: { XDG_CONFIG_HOME: 'x' }, platform: 'linux', home: '/home/u' },
    '/home/u/.config/Claudacity',
  ],
  ['Linux', { env: {}, platform: 'linux', home: '/home/u' }, '/home/u/.config/Claudacity'],
  ['macOS', { env: {}, platform: 'darwin', home: '/Users/u' }, '/Users/u/Library/Application Support/Claudacity'],
] as const)('with %s the data folder is where Electron would put it', (_, options, expected) => {
  expect(dataDir(options)).toBe(expected);
});

describe('a change for this run', () => {
  const pinned = () => open({ env: { PORT: '8080' } });

  test('replaces the value of what pins a setting, and is not stored', async () => {
    const settings = pinned();
    const seen: number[] = [];
    settings.onChange(({ port }) => seen.push(port));
    expect(settings.changeForRun({ port: 9090 }).port).toBe(9090);
    expect([settings.value.port, settings.changedForRun, settings.pinned.port]).toEqual([9090, ['port'], 'PORT']);
    settings.change({ theme: 'dark' });
    expect(settings.value).toMatchObject({ port: 9090, theme: 'dark' });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ theme: 'dark' });
    expect(settings.endChangeForRun('port').port).toBe(8080);
    expect([settings.changedForRun, seen]).toEqual([[], [9090, 9090, 8080]]);
    expect(pinned().value.port).toBe(8080);
  });

  test('is refused where nothing pins the setting, or the value is not valid', () => {
    const settings = pinned();
    expect(() => settings.changeForRun({ theme: 'dark' })).toThrow('theme is set by no variable and no option');
    expect(() => settings.changeForRun({ port: 0 })).toThrow('port: must be a port from 1 to 65,535');
    expect(settings.value).toMatchObject({ theme: 'system', port: 8080 });
  });
});
