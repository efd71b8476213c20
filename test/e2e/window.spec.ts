import { type AddressInfo, createServer } from 'node:net';
import type { ElectronApplication } from '@playwright/test';
import { desktopEnvironment } from '../support/desktopEnvironment';
import { expect, runApp, test } from './desktopTest';

test('closing the window leaves the app running, and the tray brings it back', async ({ desktop }) => {
  const page = await desktop.window();
  await expect.poll(desktop.windowVisible).toBe(true);
  await closeWindow(desktop.app);
  await expect.poll(desktop.windowVisible).toBe(false);
  await desktop.icon.click('Open window');
  await expect.poll(desktop.windowVisible).toBe(true);
  await expect(page).toHaveTitle('Claudacity');
});

test('clicking the tray icon opens the window', async ({ launch }) => {
  const desktop = await launch({ args: ['--hidden'] });
  await desktop.icon.activate();
  await expect.poll(desktop.windowVisible).toBe(true);
});

test('a second start ends at once and brings the window of the first to the front', async ({ desktop, api, home }) => {
  await desktop.window();
  await closeWindow(desktop.app);
  await expect.poll(desktop.windowVisible).toBe(false);
  expect(await runApp(desktopEnvironment(api, home))).toBe(0);
  await expect.poll(desktop.windowVisible).toBe(true);
});

test('started at login the app has no window, and a second start at login opens none', async ({
  launch,
  api,
  home,
}) => {
  const desktop = await launch({ args: ['--hidden'] });
  await desktop.url();
  expect(await runApp(desktopEnvironment(api, home), ['--hidden'])).toBe(0);
  expect(desktop.app.windows()).toEqual([]);
});

test('the window opens where it was and as large as it was', async ({ launch }) => {
  const first = await launch();
  await first.window();
  const bounds = { x: 60, y: 50, width: 900, height: 600 };
  await first.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to), bounds);
  await first.app.close();

  const second = await launch();
  await second.window();
  const found = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
  expect(found).toEqual(bounds);
});

test('the port can be given on the command line', async ({ launch }) => {
  const port = await freePort();
  const desktop = await launch({ args: [String(port)] });
  expect(await desktop.url()).toBe(`http://127.0.0.1:${port}`);
});

function closeWindow(app: ElectronApplication) {
  return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('a hidden window gets no updates, and one snapshot when it is shown again', async ({ desktop }) => {
  const page = await desktop.window();
  await page.evaluate(() => {
    const snapshots: boolean[] = [];
    Object.assign(window, { snapshots });
    window.claudacity.subscribe(['server'], ({ snapshot }) => snapshots.push(snapshot));
  });
  const snapshots = () => page.evaluate<boolean[]>('snapshots');
  await expect.poll(async () => (await snapshots()).length).toBeGreaterThan(0);
  const before = await snapshots();

  const show = (shown: boolean) =>
    desktop.app.evaluate(({ BrowserWindow }, visible) => {
      const [window] = BrowserWindow.getAllWindows();
      if (visible) window?.show();
      else window?.hide();
    }, shown);
  await show(false);
  await desktop.icon.click('Stop server');
  await expect.poll(async () => (await desktop.icon.menu())[0]?.label).toBe('Stopped');
  expect(await snapshots()).toEqual(before);

  await show(true);
  await expect.poll(snapshots).toEqual([...before, true]);
  await expect(page.getByRole('status').first()).toHaveText('Stopped');
});
