import { access, appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { desktopEnvironment } from '../support/desktopEnvironment';
import { expect, run, test } from './desktopTest';

test.skip(process.platform !== 'linux', 'the entry is a file on Linux alone');

test('"Launch at login" writes the autostart entry, ticks itself, and removes the entry again', async ({
  desktop,
  home,
}) => {
  const entry = path.join(home, 'config/autostart/claudacity.desktop');
  const checked = async () => (await desktop.icon.menu()).find((item) => item.label === 'Launch at login')?.checked;
  await expect.poll(checked).toBe(false);

  await desktop.icon.click('Launch at login');
  await expect.poll(checked).toBe(true);
  expect(await readFile(entry, 'utf8')).toContain('--hidden');

  await desktop.icon.click('Launch at login');
  await expect.poll(checked).toBe(false);
  await expect(access(entry)).rejects.toThrow('ENOENT');
});

test('the tick follows what another program does to the entry, and a click takes it back', async ({
  desktop,
  home,
}) => {
  const entry = path.join(home, 'config/autostart/claudacity.desktop');
  const checked = async () => (await desktop.icon.menu()).find((item) => item.label === 'Launch at login')?.checked;
  await desktop.icon.click('Launch at login');
  await expect.poll(checked).toBe(true);

  // As the desktops' own lists of programs that start at login do it.
  await appendFile(entry, 'Hidden=true\n');
  await expect.poll(checked).toBe(false);

  await desktop.icon.click('Launch at login');
  await expect.poll(checked).toBe(true);
  expect(await readFile(entry, 'utf8')).not.toContain('Hidden');

  await rm(entry);
  await expect.poll(checked).toBe(false);
});

test('an entry whose program was moved names this one after the next start', async ({ launch, home }) => {
  const entry = path.join(home, 'config/autostart/claudacity.desktop');
  await mkdir(path.dirname(entry), { recursive: true });
  await writeFile(entry, '[Desktop Entry]\nType=Application\nName=Claudacity\nExec="/nowhere/claudacity" "--hidden"\n');
  await launch();
  await expect.poll(() => readFile(entry, 'utf8')).toMatch(/^Exec=".*electron" .*"--hidden"$/m);
});

test('what the entry says starts the app as GLib desktops do: in the tray, without a window', async ({
  desktop,
  api,
  home,
  tray,
}) => {
  await desktop.icon.click('Launch at login');
  const entry = path.join(home, 'config/autostart/claudacity.desktop');
  await expect
    .poll(() =>
      access(entry).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  await desktop.app.close();

  expect(await run('gio', ['launch', entry], desktopEnvironment(api, home))).toBe(0);
  const icon = await tray.nextIcon();
  await expect.poll(async () => (await icon.menu())[0]?.label).toMatch(/^Running on /);
  await icon.click('Quit Claudacity');
});
