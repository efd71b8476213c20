/** Electron's security checklist, item by item, on the running app: https://www.electronjs.org/docs/latest/tutorial/security. */
import { text } from '../support/messagesApi';
import { expect, openPage, test } from './desktopTest';

test('every permission and device is denied', async ({ desktop }) => {
  const page = await desktop.window();
  const answers = await page.evaluate(async () => {
    const nameOf = (error: DOMException) => error.name;
    const query = async (name: string) => (await navigator.permissions.query({ name: name as PermissionName })).state;
    const devices: { usb?: { getDevices(): Promise<unknown[]> } } = navigator as object;
    return {
      notifications: await Notification.requestPermission(),
      location: await new Promise((resolve) => {
        navigator.geolocation.getCurrentPosition(
          () => resolve('allowed'),
          ({ code, PERMISSION_DENIED }) => resolve(code === PERMISSION_DENIED ? 'denied' : code),
        );
      }),
      camera: await navigator.mediaDevices.getUserMedia({ video: true }).catch(nameOf),
      screen: await navigator.mediaDevices.getDisplayMedia({ video: true }).catch(nameOf),
      clipboard: await navigator.clipboard.readText().catch(nameOf),
      midi: await query('midi'),
      storage: await navigator.storage.persist(),
      usb: (await devices.usb?.getDevices())?.length ?? 0,
    };
  });
  expect(answers).toMatchObject({
    notifications: 'denied',
    location: 'denied',
    camera: expect.stringMatching(/NotAllowedError|NotFoundError/),
    screen: expect.stringMatching(/Error$/),
    clipboard: 'NotAllowedError',
    midi: 'denied',
    storage: false,
    usb: 0,
  });
});

test('a webview is never attached', async ({ desktop }) => {
  const page = await desktop.window();
  const url = await desktop.url();
  const isPlainElement = await page.evaluate(async (address) => {
    const view = document.createElement('webview');
    view.setAttribute('src', address);
    document.body.append(view);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return !('getWebContentsId' in view);
  }, url);
  const contents = await desktop.app.evaluate(({ webContents }) => webContents.getAllWebContents().length);
  expect([isPlainElement, contents]).toEqual([true, 1]);
});

test('links, forms, frames and refreshes lead nowhere', async ({ desktop }) => {
  const page = await desktop.window();
  const url = await desktop.url();
  await page.evaluate(async (address) => {
    const add = (tag: string, attributes: Record<string, string>) => {
      const element = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      document.body.append(element);
      return element;
    };
    add('a', { href: address }).click();
    add('a', { href: address, target: '_blank' }).click();
    add('a', { href: 'file:///etc/passwd' }).click();
    add('a', { href: 'javascript:document.title = "run"' }).click();
    (add('form', { action: address, method: 'post' }) as HTMLFormElement).submit();
    add('meta', { 'http-equiv': 'refresh', content: `0;url=${address}` });
    add('iframe', { src: address });
    await new Promise((resolve) => setTimeout(resolve, 500));
  }, url);
  const pages = await desktop.app.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => [contents.getURL(), contents.getTitle()]),
  );
  expect(pages).toEqual([['app://claudacity/', 'Claudacity']]);
  const requests = await page.evaluate(() => window.claudacity.call('requests.older', Date.now() + 60_000, 10));
  expect(requests).toEqual([]);
});

test('no window is opened, whatever its address and features', async ({ desktop }) => {
  const page = await desktop.window();
  const url = await desktop.url();
  const opened = await page.evaluate(
    (address) =>
      ['about:blank', 'app://claudacity/', address, 'data:text/html,x', 'file:///etc/passwd'].map(
        (target) => window.open(target, '_blank', 'popup,nodeIntegration=yes') === null,
      ),
    url,
  );
  const windows = await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  expect([...new Set(opened), windows]).toEqual([true, 1]);
});

test('the browser is opened with known addresses alone', async ({ desktop }) => {
  const page = await desktop.window();
  const url = await desktop.url();
  await desktop.app.evaluate(({ app, shell }) => {
    const opened: string[] = [];
    Object.assign(app, { openedAddresses: opened });
    shell.openExternal = async (address) => void opened.push(address);
  });
  await page.evaluate(async () => {
    const open = (target: unknown): Promise<unknown> =>
      Reflect.apply(window.claudacity.call, undefined, ['externalPage.open', target]).catch(() => {});
    for (const target of ['install-cli', 'docs', 'readme']) await open(target);
    for (const target of ['https://evil.example', 'file:///etc/passwd', 'constructor', ['docs'], null])
      await open(target);
  });
  const opened = await desktop.app.evaluate(({ app }) => Reflect.get(app, 'openedAddresses'));
  expect(opened).toEqual(['https://code.claude.com/docs/en/setup', `${url}/docs`, `${url}/docs`]);
});

test('a call or subscription from any other page is refused, although it has the bridge', async ({ desktop }) => {
  await desktop.window();
  const url = await desktop.url();
  const answers = await desktop.app.evaluate(async ({ BrowserWindow, app }) => {
    const preload = `${app.getAppPath()}/out/preload.cjs`;
    const answer = async (address: string) => {
      const foreign = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
      await foreign.loadURL(address);
      const result: unknown = await foreign.webContents.executeJavaScript(`(async () => {
        let updates = 0;
        claudacity.subscribe(['settings', 'requests'], () => { updates += 1; });
        const answer = await claudacity.call('server.stop').then(() => 'done', ({ message }) => message);
        await new Promise((resolve) => setTimeout(resolve, 200));
        return [answer, updates];
      })()`);
      foreign.destroy();
      return result;
    };
    return [await answer('app://claudacity/'), await answer('data:text/html,<title>foreign</title>')];
  });
  const refused = ['This page may not call the app.', 0];
  expect(answers).toEqual([refused, refused]);
  // It was not stopped.
  expect((await fetch(`${url}/api/version`)).status).toBe(200);
});

test('no text becomes code or markup: Trusted Types without a policy', async ({ desktop }) => {
  const page = await desktop.window();
  const refusals = await page.evaluate(() => {
    const attempts: (() => unknown)[] = [
      () => Object.assign(document.createElement('div'), { innerHTML: '<img>' }),
      () => Object.assign(document.createElement('iframe'), { srcdoc: '<img>' }),
      () => document.createElement('div').insertAdjacentHTML('beforeend', '<img>'),
      () => document.write('<img>'),
      () => new DOMParser().parseFromString('<img>', 'text/html'),
      () => document.createRange().createContextualFragment('<img>'),
      () => Object.assign(document.createElement('script'), { src: 'https://evil.example/x.js' }),
      () => Reflect.get(window, 'trustedTypes').createPolicy('any', {}),
    ];
    return attempts.map((attempt) => {
      try {
        attempt();
        return 'ran';
      } catch (error) {
        return error instanceof Error ? error.name : 'refused';
      }
    });
  });
  expect([...new Set(refusals)]).toEqual(['TypeError']);
  // Playwright's own evaluation may compile texts.
  const compiled = await desktop.app.evaluate(async ({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(
      `[() => eval('1'), () => new Function('return 1')()].map((run) => { try { return run(); } catch ({ name }) { return name; } })`,
    ),
  );
  expect(compiled).toEqual(['EvalError', 'EvalError']);
});

const MARKUP = `<img src="x" onerror="document.title='run'"><script>document.title='run'</script><a href="javascript:1">link</a>`;

test('markup in a model’s answer and in a question is shown as text', async ({ desktop, api }) => {
  const page = await desktop.window();
  const url = await desktop.url();
  api.setDefaultAnswer(text(`Answer ${MARKUP} [a](javascript:alert(1)) ![b](https://evil.example/b.png)`));
  const body = { model: 'sonnet', stream: false, messages: [{ role: 'user', content: `Question ${MARKUP}` }] };
  expect((await fetch(`${url}/api/chat`, { method: 'POST', body: JSON.stringify(body) })).status).toBe(200);

  await openPage(page, 'Conversations');
  await page.getByRole('option', { name: /Question/ }).click();
  await expect(page.getByText(/^Answer <img src="x" onerror=/)).toBeVisible();
  const elements = await page.evaluate(() => ({
    images: document.querySelectorAll('img').length,
    scripts: [...document.querySelectorAll('script')].map((script) => script.getAttribute('src')),
    links: [...document.querySelectorAll('a')].map((link) => link.protocol),
    title: document.title,
  }));
  // The one link is the image's address, which is opened only once the user agrees.
  expect(elements).toEqual({ images: 0, scripts: ['main.js'], links: ['https:'], title: 'Claudacity' });
});
