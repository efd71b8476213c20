/** axe on the window's pages and states, in both themes and in forced colours. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import { Ollama } from 'ollama';
import { gate, httpError, text, thinking } from '../support/messagesApi';
import { expect, openPage, openSettings, requestRow, test } from './desktopTest';

const AXE = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  id: string;
  help: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

declare global {
  interface Window {
    axe?: { run(context: Document, options: object): Promise<{ violations: Finding[] }> };
  }
}

/** What axe finds on the window as it is, a line for each element. */
async function findings(page: Page): Promise<string[]> {
  const loaded = await page.evaluate(() => window.axe !== undefined);
  if (!loaded) await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const results = await window.axe?.run(document, { resultTypes: ['violations'], runOnly: tags });
    return results?.violations ?? [];
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary?.split('\n')[1]?.trim()}`),
  );
}

/** Checks the window in light, dark and forced colours. */
async function expectAccessible(page: Page, state: string): Promise<void> {
  const found: string[] = [];
  for (const looks of ['light', 'dark', 'forced colours'] as const) {
    await page.emulateMedia({
      colorScheme: looks === 'dark' ? 'dark' : 'light',
      forcedColors: looks === 'forced colours' ? 'active' : 'none',
      // Colours that are on their way to others have the contrast of neither.
      reducedMotion: 'reduce',
    });
    await expect(page.locator('html')).toHaveAttribute('data-theme', looks === 'dark' ? 'dark' : 'light');
    found.push(...(await findings(page)).map((line) => `${state}, ${looks}: ${line}`));
  }
  expect(found).toEqual([]);
}

test.describe.configure({ timeout: 180_000 });

test('axe finds nothing on any page with requests, conversations and a failure', async ({ desktop, api }) => {
  const page = await desktop.window();
  const client = new Ollama({ host: await desktop.url() });
  const ask = (content: string) => client.chat({ model: 'sonnet', messages: [{ role: 'user', content }] });
  api.answer(
    thinking('Hm.'),
    text('# An answer\n\nWith `code`, [a link](https://example.org), a list:\n\n- one\n- two\n'),
  );
  await ask('What is in the harbour?');
  api.answer(httpError(400, 'invalid_request_error', 'That was wrong.'));
  await ask('And this?').catch(() => undefined);

  const rail = page.getByRole('navigation', { name: 'Pages' });
  const titles = await rail.getByRole('button').allTextContents();
  expect(titles.length).toBeGreaterThan(3);
  for (const title of titles.map((one) => one.trim())) {
    await openPage(page, title);
    await expect(page.getByRole('main', { name: title })).toBeVisible();
    await expectAccessible(page, title);
  }

  await openPage(page, 'Requests');
  await requestRow(page, /sonnet/)
    .first()
    .click();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Request details' })).toBeVisible();
  for (const tab of await page.getByRole('complementary').getByRole('tab').all()) {
    await tab.click();
    await expectAccessible(page, `request, ${await tab.textContent()}`);
  }
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'shortcuts');
});

test('axe finds nothing while Home is asked, in the reader of conversations, and in Usage with its tables', async ({
  desktop,
  api,
}) => {
  const page = await desktop.window('Home');
  await desktop.url();
  const half = gate();
  api.answer(text('# A heading\n\nWith **words**, `code` and a table:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n'), half);
  await page.getByRole('textbox', { name: 'Question' }).fill('What is in the harbour?');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'Conversation' }).locator('strong')).toBeVisible();
  await expectAccessible(page, 'Home, answering');
  half.open();
  await expect(page.getByRole('button', { name: 'Copy answer' })).toBeVisible();
  await expectAccessible(page, 'Home, answered');

  await openPage(page, 'Conversations');
  const conversations = page.getByRole('listbox', { name: 'Conversations' });
  await conversations.getByRole('option').first().click();
  await expect(page.getByRole('complementary', { name: 'Conversation', exact: true })).toContainText('words');
  await expectAccessible(page, 'conversation');
  await page.getByRole('button', { name: 'Actions' }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'actions of a conversation');
  await page.keyboard.press('Escape');
  await conversations.focus();
  await page.keyboard.press('Delete');
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'delete a conversation');
  await page.keyboard.press('Escape');

  await openPage(page, 'Usage');
  await expect(page.getByRole('group', { name: /^Cost by hour and model/ })).toBeVisible();
  await expectAccessible(page, 'Usage, chart');
  await page.getByRole('button', { name: 'Table' }).first().click();
  await expect(page.getByRole('row', { name: /^Total/ })).toBeVisible();
  await expectAccessible(page, 'Usage, table');
});

test('axe finds nothing in a guide with its preview, in any group of settings and in their dialogs', async ({
  desktop,
}) => {
  const page = await desktop.window();
  await desktop.url();
  await openPage(page, 'Connect');
  await page.getByRole('navigation', { name: 'Programs' }).getByRole('button', { name: 'Claude Code' }).click();
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByText(/^The key “Claude Code” is in the texts below/)).toBeVisible();
  await page.getByRole('button', { name: 'Show the change' }).click();
  await expect(page.getByRole('button', { name: 'Make the file' })).toBeVisible();
  await expectAccessible(page, 'guide with preview and key');

  await openPage(page, 'Settings');
  const groups = page.getByRole('navigation', { name: 'Groups of settings' }).getByRole('button');
  for (const title of await groups.allTextContents()) {
    await openSettings(page, title);
    await expect(page.getByRole('heading', { name: title, level: 3 })).toBeVisible();
    await expectAccessible(page, `settings, ${title}`);
  }
  await page.getByRole('button', { name: 'Copy a report for a bug…' }).click();
  await expect(page.getByRole('region', { name: 'The report' })).toBeVisible();
  await expectAccessible(page, 'report for a bug');
  await page.keyboard.press('Escape');
  await openSettings(page, 'Keys and refused');
  await page.getByRole('button', { name: 'New key' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'new key');
});

test('axe finds nothing on any page on the first day, signed out', async ({ launch }) => {
  const desktop = await launch({ account: 'signed-out' });
  const page = await desktop.window();
  await expect(page.getByRole('button', { name: 'Sign in' }).first()).toBeVisible();
  const titles = await page.getByRole('navigation', { name: 'Pages' }).getByRole('button').allTextContents();
  for (const title of titles.map((one) => one.trim())) {
    await openPage(page, title);
    await expect(page.getByRole('main', { name: title })).toBeVisible();
    await expectAccessible(page, `${title}, signed out`);
  }
});

test('axe finds nothing on the API reference, which follows the theme of the system', async ({ desktop }) => {
  const url = await desktop.url();
  await desktop.window();
  // The app's own session lets no page out of the window; this one stands for the user's browser.
  const opened = desktop.app.waitForEvent('window');
  await desktop.app.evaluate(({ BrowserWindow }, address) => {
    const browser = new BrowserWindow({ width: 1280, height: 800, webPreferences: { partition: 'browser' } });
    void browser.loadURL(address);
  }, `${url}/docs`);
  const docs = await opened;
  const operation = (path: RegExp) => docs.getByRole('button', { name: path }).first();
  const expectClean = async (state: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await docs.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await expect(docs.locator('html')).toHaveCSS('color-scheme', colorScheme === 'dark' ? 'dark' : 'light dark');
      expect((await findings(docs)).map((line) => `${state}, ${colorScheme}: ${line}`)).toEqual([]);
    }
  };
  await operation(/\/api\/version/).click();
  await expect.poll(() => docs.url()).toContain('#/Ollama/');
  await docs.getByRole('button', { name: 'Execute', exact: true }).click();
  await expect(docs.locator('.live-responses-table')).toContainText('200');
  await expectClean('executed');
  // Of two that are open, Swagger UI calls both lists of responses the same.
  await operation(/\/api\/version/).click();
  await operation(/\/v1\/messages/).click();
  await expect(docs.getByRole('textbox', { name: 'Request body' })).toBeVisible();
  await expectClean('with a body');
});
