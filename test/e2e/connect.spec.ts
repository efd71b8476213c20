/** The page “Connect”: find a program, make its key, see its first request, and have its configuration written. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { Ollama } from 'ollama';
import { claudePath, cliEnvironment } from '../support/cli';
import { text } from '../support/messagesApi';
import { expect, openPage, test } from './desktopTest';

async function openGuide(page: Page, title: string): Promise<void> {
  await openPage(page, 'Connect');
  await page.getByRole('navigation', { name: 'Programs' }).getByRole('button', { name: title }).click();
  await expect(page.getByRole('heading', { name: title, level: 2 })).toBeVisible();
}

const watch = (page: Page) => page.getByRole('article').locator('.guide-watch');

test('a program is found, its text copied, and its first request turns the guide green', async ({ desktop, api }) => {
  api.setDefaultAnswer(text('Blue.'));
  const page = await desktop.window();
  await openPage(page, 'Connect');
  await page.getByRole('searchbox', { name: 'Search the programs' }).fill('ollama javascript');
  await page.getByRole('button', { name: 'Ollama for JavaScript' }).click();
  await expect(watch(page)).toHaveText('Waiting for its first request…');

  await page.getByRole('button', { name: 'Copy the code of step 2' }).click();
  const copied = await desktop.app.evaluate(({ clipboard }) => clipboard.readText());
  expect(copied).toContain(`new Ollama({ host: '${await desktop.url()}' })`);

  const client = new Ollama({ host: await desktop.url() });
  await client.chat({ model: 'sonnet', messages: [{ role: 'user', content: 'Why?' }] });
  await expect(watch(page)).toHaveText(/^Connected\d\d:\d\d:\d\d$/);

  // A request of an earlier run of the window is known as well.
  await page.reload();
  await openGuide(page, 'Ollama for JavaScript');
  await expect(watch(page)).toContainText('Connected');
  await page.getByRole('button', { name: 'Ollama for Python' }).click();
  await expect(watch(page)).toHaveText('Waiting for its first request…');
});

test('a key made on the spot is in all texts, and its requests are recognized whatever the client is called', async ({
  desktop,
  api,
}) => {
  api.setDefaultAnswer(text('Hello'));
  const page = await desktop.window();
  await openGuide(page, 'JetBrains AI Assistant');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const secret = await page
    .getByText(/^cld_[\w-]{43}$/)
    .first()
    .innerText();
  await expect(page.getByRole('list', { name: 'Steps' }).getByText(secret)).toBeVisible();

  const response = await fetch(`${await desktop.url()}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'user-agent': 'nobody-knows-it/1' },
    body: JSON.stringify({ model: 'sonnet', messages: [{ role: 'user', content: 'hi' }] }),
  });
  expect(response.status).toBe(200);
  await expect(watch(page)).toContainText('Connected');

  // Another guide has a key of its own, and the secret is gone with the window.
  await page.getByRole('button', { name: 'Zed' }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
  await page.reload();
  await openGuide(page, 'JetBrains AI Assistant');
  await expect(page.getByText(secret)).toHaveCount(0);
});

test('for another place, the guide says what is in the way and mends it', async ({ launch }) => {
  const desktop = await launch({ env: { HOST: '' } });
  const page = await desktop.window();
  await page.evaluate(() => window.claudacity.call('settings.change', { host: '127.0.0.1' }));
  await openGuide(page, 'Home Assistant');
  await page.getByRole('button', { name: 'Container' }).click();
  await expect(page.getByText('it listens for this computer only')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Steps' })).toContainText('http://host.docker.internal:');
  await page.getByRole('button', { name: 'Listen on every network' }).click();
  await expect(page.getByText('Containers need a key.')).toBeVisible();
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByText('Containers need a key.')).toHaveCount(0);
  await expect(page.getByRole('list', { name: 'Steps' })).toContainText(/\/k\/cld_[\w-]{43}/);
});

test('Claude Code’s settings are shown, written, used by it, and taken back', async ({ desktop, home, api }) => {
  const page = await desktop.window();
  await openGuide(page, 'Claude Code');
  const write = page.getByRole('region', { name: 'Write it for me' });
  await expect(write).toContainText('~/.claude/settings.json');
  await write.getByRole('button', { name: 'Show the change' }).click();
  await expect(write.getByRole('region', { name: 'Change of ~/.claude/settings.json' })).toContainText(
    `+    "ANTHROPIC_BASE_URL": "${await desktop.url()}",`,
  );
  await write.getByRole('button', { name: 'Make the file' }).click();
  await expect(write).toContainText('There was no file before.');
  const file = path.join(home, '.claude', 'settings.json');
  expect(JSON.parse(await readFile(file, 'utf8')).env.ANTHROPIC_BASE_URL).toBe(await desktop.url());

  await expect(watch(page)).toHaveText('Waiting for its first request…');
  api.setDefaultAnswer(text('From here.'));
  const env = cliEnvironment(api, home, 'signed-out');
  const run = await promisify(execFile)(claudePath(), ['-p', '--model', 'sonnet', 'Hello?'], { env, timeout: 60_000 });
  expect(run.stdout.trim()).toBe('From here.');
  await expect(watch(page)).toContainText('Connected');

  await write.getByRole('button', { name: 'Show the change' }).click();
  await expect(write).toContainText('Claude Code is set up like this already.');
  await write.getByRole('button', { name: 'Close' }).click();
  await write.getByRole('button', { name: 'Undo' }).click();
  await expect(write.getByRole('button', { name: 'Undo' })).toHaveCount(0);
  expect(await readdir(path.dirname(file))).not.toContain('settings.json');
});

test('everything works with the keyboard alone', async ({ desktop, home }) => {
  const page = await desktop.window();
  await page.keyboard.press('Control+5');
  await expect(page.getByRole('heading', { name: 'Open WebUI', level: 2 })).toBeVisible();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('aider');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('button', { name: /^aider/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'aider', level: 2 })).toBeVisible();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('searchbox')).toBeFocused();

  const tabTo = async (name: string | RegExp) => {
    const target = page.getByRole('button', { name, exact: typeof name === 'string' });
    for (let presses = 0; presses < 30; presses++) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${name}`);
  };
  await tabTo('Make a key');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^The key “aider” is in the texts below/)).toBeVisible();
  await tabTo('Show the change');
  await page.keyboard.press('Enter');
  await tabTo('Make the file');
  await page.keyboard.press('Enter');
  await expect(page.getByText('There was no file before.')).toBeVisible();
  expect(await readFile(path.join(home, '.aider.conf.yml'), 'utf8')).toMatch(/openai-api-key: cld_[\w-]{43}/);
  await tabTo('Undo');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Undo' })).toHaveCount(0);
  await tabTo('Copy the code of step 1');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Copied' })).toBeFocused();
});
