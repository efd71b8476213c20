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
    expect.arrayContaining(["default-src 'none'", "script-src 'self'", "connect-src 'self'", "trusted-types 'none'"]),
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
    // An answer from the page comes after whatever it asked of the app before.
    await page?.executeJavaScript(`claudacity.call('app:snapshot').then(() => true)`);
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
    Object.keys(Reflect.get(window, 'claudacity')).sort().join(),
  ]);
  expect(seen).toEqual([false, false, 'call,onUpdate']);
});

for (const [call, args, words] of [
  ['settings:change', [{ port: '22434' }], 'expected number'],
  ['settings:change', [{ isolation: false }], 'Unrecognized key'],
  ['external:open', ['https://example.com'], 'expected one of'],
  ['request:older', [0, 1_000_000], 'Too big'],
  ['no:such-call', [], 'There is no such call.'],
] as const) {
  test(`the call ${call} is refused with ${JSON.stringify(args)}`, async ({ desktop }) => {
    const page = await desktop.window();
    const asked = page.evaluate(
      ([name, list]) => Reflect.apply(Reflect.get(window, 'claudacity').call, undefined, [name, ...list]),
      [call, args] as const,
    );
    await expect(asked).rejects.toThrow(words);
  });
}
