/**
 * What pages in a real browser can do: those of foreign sites, of names that were made to resolve to this computer, and of allowed origins. The
 * attempts must have reached the server, so that it is the server that refuses them.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bundleDocs } from '../../../build/bundle.mjs';
import { chromiumPath, startBrowser } from '../../support/browser';
import { text, usage } from '../../support/messagesApi';
import { startTestApp, type TestApp } from '../../support/testApp';

const executable = chromiumPath();
const REBOUND = ['a.local', 'a.internal', 'evil.example', 'localhost.evil.com'];
/** The browser is slow beside other tests. */
const WAIT = { timeout: 20_000 };
const PROMPT = JSON.stringify({ model: 'sonnet', prompt: 'Hi.', stream: false });

describe.skipIf(executable === null)(
  `pages in Chromium${executable === null ? ' (skipped: there is no Chromium)' : ''}`,
  () => {
    let app: TestApp;
    let site: Server;
    let sitePort: number;
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      await bundleDocs();
      app = await startTestApp();
      // A web server of somebody else: an empty page at every path and under every name.
      site = createServer((_req, res) =>
        res.setHeader('Content-Type', 'text/html').end('<!doctype html><title>site</title>'),
      );
      await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
      sitePort = (site.address() as AddressInfo).port;
      browser = await startBrowser(executable ?? '', [...REBOUND, 'chat.example']);
    });
    afterAll(async () => {
      await browser?.close();
      site?.closeAllConnections();
      await new Promise((resolve) => site.close(resolve));
      await app?.stop();
    });
    beforeEach(async () => {
      app.api.reset();
      for (const { id } of app.core.snapshot().knocks) app.core.calls['knocks.dismiss'](id);
      await page?.close();
      page = await browser.newPage();
    });

    const refused = () => app.core.snapshot().knocks.map(({ reason, value, count }) => ({ reason, value, count }));
    const count = (reason: string) =>
      refused()
        .filter((knock) => knock.reason === reason)
        .reduce((sum, knock) => sum + knock.count, 0);

    /** In the page: what came of a request that the page can read. */
    const read = (url: string, body?: string) =>
      page.evaluate(
        async ([target, content]) => {
          try {
            const init = content === undefined ? {} : { method: 'POST', body: content };
            const response = await fetch(target, init);
            return `${response.status} ${await response.text()}`;
          } catch (error) {
            return String(error);
          }
        },
        [url, body] as [string, string | undefined],
      );

    test.each(REBOUND)('a page of %s that has been rebound to this computer sends no prompt', async (name) => {
      // The page came from the foreign server; its next requests, of the same origin, reach this one.
      const home = `http://${name}:${app.port}/page`;
      await page.route(home, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
      await page.goto(home);
      for (const path of ['/api/generate', '/v1/chat/completions', '/v1/messages']) {
        expect(await read(path, PROMPT)).toMatch(/^403 .*does not name this computer/);
      }
      expect(await read('/api/tags')).toMatch(/^403 /);
      await page.evaluate((body) => navigator.sendBeacon('/api/generate', body), PROMPT);
      await expect.poll(() => count('host'), WAIT).toBe(5);
      expect(refused()[0]?.value).toBe(`${name}:${app.port}`);
      expect(app.api.requests).toHaveLength(0);
    });

    test.each([
      '127.0.0.1',
      'localhost',
      '2130706433',
      '0x7f000001',
      '0x7f.1',
      '0177.0.0.1',
      '127.1',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
    ])('a foreign page sends no prompt to http://%s, with or without CORS', async (host) => {
      await page.goto(`http://evil.example:${sitePort}/`);
      const target = `http://${host}:${app.port}/api/generate`;
      expect(await read(target, PROMPT)).toContain('Failed to fetch');
      await page.evaluate(
        ([url, body]) => fetch(url, { method: 'POST', mode: 'no-cors', body }).catch(() => undefined),
        [target, PROMPT] as const,
      );
      // The browser asks first where the type is not one of a form's, and does not send the request.
      await page.evaluate(
        ([url, body]) =>
          fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).catch(() => undefined),
        [target, PROMPT] as const,
      );
      await expect.poll(() => count('origin'), WAIT).toBe(3);
      expect(app.api.requests).toHaveLength(0);
    });

    test('a foreign page sends no prompt by a form, a beacon, a WebSocket or a sandboxed frame', async () => {
      const target = `http://127.0.0.1:${app.port}/api/generate`;
      await page.goto(`http://evil.example:${sitePort}/`);
      await page.evaluate(([url, body]) => navigator.sendBeacon(url, body), [target, PROMPT] as const);
      await expect.poll(() => count('origin'), WAIT).toBe(1);

      const closed = await page.evaluate(
        (url) =>
          new Promise((resolve) => {
            const socket = new WebSocket(url);
            socket.onopen = () => resolve('open');
            socket.onerror = () => resolve('refused');
          }),
        target.replace('http:', 'ws:'),
      );
      expect(closed).toBe('refused');
      await expect.poll(() => count('origin'), WAIT).toBe(2);

      await page.evaluate(
        ([url, body]) => {
          const frame = document.createElement('iframe');
          frame.sandbox.add('allow-scripts');
          frame.srcdoc = `<script>fetch('${url}', { method: 'POST', mode: 'no-cors', body: '${body}' })</script>`;
          document.body.append(frame);
        },
        [target, PROMPT] as const,
      );
      await expect.poll(() => refused().some(({ value }) => value === 'null'), WAIT).toBe(true);

      await page.evaluate(
        ([url, body]) => {
          const form = document.createElement('form');
          Object.assign(form, { method: 'post', action: url, enctype: 'text/plain' });
          const input = document.createElement('input');
          // The text of such a form is `name=value`.
          Object.assign(input, { name: body.replace('Hi.', 'Hi'), value: '.' });
          form.append(input);
          document.body.append(form);
          form.submit();
        },
        [target, PROMPT] as const,
      );
      await page.waitForURL(target);
      expect(await page.textContent('body')).toContain('may not send requests');
      expect(app.api.requests).toHaveLength(0);
    });

    test('a foreign page neither frames, embeds nor reads what this server shows', async () => {
      await page.goto(`http://evil.example:${sitePort}/`);
      expect(await read(`http://127.0.0.1:${app.port}/api/tags`)).toContain('Failed to fetch');
      const embedded = await page.evaluate(async (base) => {
        const load = (tag: 'script' | 'img', path: string) =>
          new Promise<string>((resolve) => {
            const element = document.createElement(tag);
            element.onload = () => resolve('loaded');
            element.onerror = () => resolve('refused');
            element.src = base + path;
            document.body.append(element);
          });
        return [
          await load('script', '/api/tags'),
          await load('img', '/metrics'),
          await load('script', '/docs/docs.js'),
        ];
      }, `http://127.0.0.1:${app.port}`);
      expect(embedded).toEqual(['refused', 'refused', 'refused']);
      await page.setContent(`<iframe src="http://127.0.0.1:${app.port}/openapi.json"></iframe>`);
      await expect.poll(() => page.frames()[1]?.url(), WAIT).toBe('chrome-error://chromewebdata/');
    });

    test('pages of this computer and of a listed origin send prompts and read the answers', async () => {
      await app.core.calls['settings.change']({ origins: ['http://chat.example:*'] });
      for (const origin of ['http://localhost', 'http://127.0.0.1', 'http://chat.example']) {
        await page.goto(`${origin}:${sitePort}/`);
        app.api.answer(text('Good day.'), usage({ output: 3 }));
        expect(await read(`http://127.0.0.1:${app.port}/api/generate`, PROMPT)).toMatch(/^200 .*Good day\./);
      }
      expect(app.api.requests.length).toBeGreaterThanOrEqual(3);
      await app.core.calls['settings.change']({ origins: [] });
      expect(await read(`http://127.0.0.1:${app.port}/api/tags`)).toContain('Failed to fetch');
    });

    test.each(['/docs', '/docs/'])('this server’s own documentation page works at %s', async (path) => {
      await page.goto(`http://127.0.0.1:${app.port}${path}`);
      await page.getByText('/api/chat', { exact: true }).first().waitFor();
      expect(await read('/api/tags')).toMatch(/^200 /);
    });

    test.each(['/docs', '/docs/'])('the documentation page works at /k/KEY%s, all with the key', async (path) => {
      const { apiKey, secret } = app.core.calls['keys.create']({ name: `reader of ${path}`, inUrl: true });
      const answers: string[] = [];
      page.on('response', (response) => {
        if (response.url().startsWith('http')) answers.push(`${response.status()} ${new URL(response.url()).pathname}`);
      });
      await page.goto(`http://127.0.0.1:${app.port}/k/${secret}${path}`);
      await page.getByText('/api/tags', { exact: true }).first().click();
      const operation = page.locator('#operations-Ollama-get_api_tags, .opblock.is-open').first();
      await operation.getByRole('button', { name: 'Execute' }).click();
      await expect.poll(() => answers.at(-1), WAIT).toBe(`200 /k/${secret}/api/tags`);

      expect(answers.filter((answer) => !answer.startsWith(`200 /k/${secret}/`))).toEqual([]);
      const ofPage = app.core.snapshot().requests.slice(0, answers.length);
      expect(new Set(ofPage.map(({ keyId }) => keyId))).toEqual(new Set([apiKey.id]));
    });
  },
);
