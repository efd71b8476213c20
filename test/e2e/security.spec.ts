import type { ConsoleMessage } from '@playwright/test';
import { expect, test } from './desktopTest';

test('the page runs no script but its own files', async ({ desktop }) => {
  const page = await desktop.window();
  const refused = page.waitForEvent('console', (message: ConsoleMessage) => message.text().includes('TrustedScript'));
  const result = await page.evaluate(() => {
    const script = document.createElement('script');
    try {
      script.textContent = 'document.title = "injected"';
      document.head.append(script);
    } catch {
      return 'refused';
    }
    return document.title;
  });
  await refused;
  expect(result).toBe('refused');
});

test('the page is served with a policy that allows it nothing but its own files', async ({ desktop }) => {
  const page = await desktop.window();
  const policy = await page.evaluate(async () => (await fetch('/')).headers.get('content-security-policy'));
  expect(policy?.split('; ')).toEqual(
    expect.arrayContaining([
      ...["default-src 'none'", "script-src 'self'", "connect-src 'self'"],
      ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
    ]),
  );
});

test('the page cannot reach the network', async ({ desktop }) => {
  const page = await desktop.window();
  const url = await desktop.url();
  await expect(page.evaluate((address) => fetch(address).then(() => 'reached'), url)).rejects.toThrow();
});

test('the page cannot be sent elsewhere, nor open a second window', async ({ desktop }) => {
  await desktop.window();
  const url = await desktop.url();
  const addresses = await desktop.app.evaluate(async ({ BrowserWindow }, address) => {
    const page = BrowserWindow.getAllWindows()[0]?.webContents;
    await page?.executeJavaScript(`window.open('${address}'); location.assign('${address}'); true`);
    // The app answers the page’s messages in order, so it has seen the navigation by then.
    await page?.executeJavaScript(`claudacity.call('requests.older', 0, 1).then(() => true)`);
    return BrowserWindow.getAllWindows().map((window) => window.webContents.getURL());
  }, url);
  expect(addresses).toEqual(['app://claudacity/']);
});

test('files outside the page’s folder are not served', async ({ desktop }) => {
  const page = await desktop.window();
  const status = await page.evaluate(async () => (await fetch('/%2e%2e%2fmain.cjs')).status);
  expect(status).toBe(404);
});

test('the page sees nothing of Node or Electron but the bridge', async ({ desktop }) => {
  const page = await desktop.window();
  const seen = await page.evaluate(() => [
    'require' in window,
    'process' in window,
    Object.keys(window.claudacity).sort().join(),
  ]);
  expect(seen).toEqual([false, false, 'call,subscribe']);
});

test('calls that do not fit the contract are refused, and say why', async ({ desktop }) => {
  const page = await desktop.window();
  const answers = await page.evaluate(async () => {
    const call = (...args: unknown[]): Promise<unknown> => Reflect.apply(window.claudacity.call, undefined, args);
    const refusal = (error: Error) => error.message;
    return [
      await call('settings.change', { port: '22434' }).catch(refusal),
      await call('settings.change', { isolation: false }).catch(refusal),
      await call('externalPage.open', 'https://example.com').catch(refusal),
      await call('requests.older', 0, 1_000_000).catch(refusal),
      await call('server.start', 'more').catch(refusal),
      await call('constructor').catch(refusal),
    ];
  });
  expect(answers).toEqual([
    expect.stringContaining('must be a port from 1 to 65,535'),
    expect.stringContaining('Unrecognized key: "isolation"'),
    expect.stringContaining('Invalid option'),
    expect.stringContaining('<=1000'),
    expect.stringContaining('Too big'),
    'There is no such call.',
  ]);
});
