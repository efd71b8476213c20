/** The settings page in the real window: each change at once, undo, refusals, pinned values, search, the report, the keyboard. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, openPage, openSettings, test } from './desktopTest';

/** What the file holds; nothing before the first change. */
const storedSettings = async (home: string): Promise<unknown> =>
  JSON.parse(await readFile(path.join(home, 'data', 'settings.json'), 'utf8').catch(() => '{}'));
const row = (page: Page, setting: string) => page.locator(`[data-setting="${setting}"]`);

test('a change is saved when its field is left or Enter is pressed, and undone with one click', async ({
  desktop,
  home,
}) => {
  const page = await desktop.window();
  await openSettings(page, 'Privacy');
  const days = page.getByRole('textbox', { name: 'Delete after' });
  await days.fill('60');
  await days.press('Enter');
  await expect(row(page, 'keepDays')).toContainText('Saved');
  await expect.poll(() => storedSettings(home)).toMatchObject({ keepDays: 60 });

  await page.getByRole('textbox', { name: 'Store at most' }).fill('2000');
  await page.getByRole('checkbox', { name: 'Fetch images from web addresses' }).check();
  await expect.poll(() => storedSettings(home)).toMatchObject({ keepMegabytes: 2000, fetchImages: true });

  await page.getByRole('button', { name: 'Undo the change of “Delete after”' }).click();
  await expect(days).toHaveValue('30');
  await expect.poll(() => storedSettings(home)).toMatchObject({ keepDays: 30, keepMegabytes: 2000 });
  await expect(row(page, 'keepDays')).toContainText('Undone');
});

test('the undo shortcut takes changes back one after the other, and leaves a text that is being typed to its field', async ({
  desktop,
}) => {
  const page = await desktop.window();
  await openSettings(page, 'Processes');
  const reuse = page.getByRole('checkbox', { name: 'Reuse processes' });
  const idle = page.getByRole('textbox', { name: 'Idle process' });
  await idle.fill('7');
  await reuse.uncheck();
  await expect(row(page, 'reuseProcesses')).toContainText('Saved');
  await page.keyboard.press('ControlOrMeta+z');
  await expect(reuse).toBeChecked();

  await idle.focus();
  await page.keyboard.press('End');
  await page.keyboard.type('5');
  await expect(idle).toHaveValue('75');
  await page.keyboard.press('ControlOrMeta+z');
  await expect(idle).not.toHaveValue('5');
  await page.keyboard.press('Escape');
  await expect(idle).toHaveValue('7');
  await page.keyboard.press('ControlOrMeta+z');
  await expect(idle).toHaveValue('5');
});

test('what is typed and not sent is saved when another page is opened', async ({ desktop, home }) => {
  const page = await desktop.window();
  await openSettings(page, 'Processes');
  await page.getByRole('textbox', { name: 'Idle process' }).fill('9');
  await page.keyboard.press('ControlOrMeta+2');
  await expect.poll(() => storedSettings(home)).toMatchObject({ idleMinutes: 9 });
});

test('a value that is not valid stays in its field, which says what is valid', async ({ desktop }) => {
  const page = await desktop.window();
  await openSettings(page, 'Processes');
  const processes = page.getByRole('textbox', { name: 'Processes' });
  await processes.fill('0');
  await processes.press('Enter');
  await expect(processes).toHaveValue('0');
  await expect(processes).toHaveAttribute('aria-invalid', 'true');
  await expect(processes).toHaveAccessibleDescription(/Enter a whole number from 1 to 256\./);
  await processes.fill('4');
  await processes.press('Enter');
  await expect(row(page, 'maxProcesses')).toContainText('Saved');
  await page.getByRole('button', { name: 'Reset to default: Processes' }).click();
  await expect(processes).toHaveValue('');
});

test('a change that deletes the history asks first, and cannot be undone', async ({ desktop, home }) => {
  const page = await desktop.window();
  await openSettings(page, 'Privacy');
  const keeps = page.getByRole('checkbox', { name: 'Store the conversation history' });
  await keeps.click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(keeps).toBeChecked();

  await keeps.click();
  await page.getByRole('button', { name: 'Delete and save' }).click();
  await expect(keeps).not.toBeChecked();
  await expect.poll(() => storedSettings(home)).toMatchObject({ keepTexts: false });
  await expect(row(page, 'keepTexts')).toContainText('Saved');
  await expect(page.getByRole('button', { name: /^Undo the change/ })).toHaveCount(0);
});

test('another port for this run restarts the server, and the row says where it runs or why it does not', async ({
  desktop,
}) => {
  const page = await desktop.window();
  const first = await desktop.url();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = String(typeof address === 'object' && address?.port);
  await openSettings(page, 'Server');
  await page.getByRole('button', { name: 'Change for this run: Port' }).click();
  const field = page.getByRole('textbox', { name: 'Port' });
  await field.fill(port);
  await field.press('Enter');
  await expect(row(page, 'port')).toContainText(`Saved, but: Port ${port} is taken`);

  await new Promise((resolve) => taken.close(resolve));
  await page.getByRole('button', { name: 'Undo the change of “Port”' }).click();
  await expect(row(page, 'port')).toContainText('Undone, runs on http://127.0.0.1:');
  await field.fill(port);
  await field.press('Enter');
  await expect(row(page, 'port')).toContainText(`Saved, runs on http://127.0.0.1:${port}`);
  expect(first).not.toContain(`:${port}`);
  expect((await fetch(`http://127.0.0.1:${port}/api/version`)).status).toBe(200);
});

test('what pins a value is named, and another one holds for this run alone', async ({ launch, home }) => {
  const desktop = await launch({ env: { CLAUDACITY_CONTAINERS: 'on' } });
  const page = await desktop.window();
  await openSettings(page, 'Server');
  const containers = page.getByRole('checkbox', { name: 'Containers on this computer' });
  await expect(containers).toBeDisabled();
  await expect(row(page, 'trustContainers')).toContainText('Set by CLAUDACITY_CONTAINERS in the environment');
  await page.getByRole('button', { name: 'Change for this run: Containers on this computer' }).click();
  await containers.uncheck();
  await expect(row(page, 'trustContainers')).toContainText('For this run.');
  expect(await storedSettings(home)).not.toHaveProperty('trustContainers');

  await page.getByRole('button', { name: 'Back to CLAUDACITY_CONTAINERS' }).click();
  await expect(containers).toBeChecked();
  await expect(containers).toBeDisabled();
});

test('the search finds settings in all groups, and Escape ends it', async ({ desktop }) => {
  const page = await desktop.window();
  await openPage(page, 'Settings');
  await expect(page.getByRole('searchbox')).toBeVisible();
  await page.keyboard.press('ControlOrMeta+f');
  await page.keyboard.type('docker');
  await expect(page.getByRole('checkbox')).toHaveCount(1);
  await expect(page.getByRole('heading', { level: 3 })).toHaveText(['Server']);
  await expect(page.locator('mark').first()).toHaveText('Docker');
  await page.keyboard.type(' xyzzy');
  await expect(page.getByText('No setting matches')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('searchbox')).toHaveValue('');
  await expect(page.getByRole('heading', { level: 3 })).toHaveText(['General']);
});

test('a button elsewhere that is about a setting opens the page with the focus on its field', async ({ desktop }) => {
  const page = await desktop.window();
  await openPage(page, 'Conversations');
  await page.getByRole('button', { name: 'Settings of the history…' }).click();
  await expect(page.getByRole('checkbox', { name: 'Store the conversation history' })).toBeFocused();
});

test('the listed models are chosen, and another one answers when it is named', async ({ desktop }) => {
  const page = await desktop.window();
  await openSettings(page, 'Models');
  const listed = async () => {
    const response = await fetch(`${await desktop.url()}/api/tags`);
    return JSON.stringify(await response.json());
  };
  const models = page.getByRole('group', { name: 'Listed models' });
  const haiku = models.getByRole('checkbox', { name: /^haiku/ });
  expect(await listed()).toContain('"haiku:latest"');
  await haiku.uncheck();
  await expect.poll(listed).not.toContain('"haiku:latest"');
  await expect(haiku).not.toBeChecked();

  const names = page.getByRole('textbox', { name: 'Further names' });
  await names.fill('gpt-4o=sonnet');
  await names.press('Enter');
  await expect.poll(listed).toContain('gpt-4o');
});

test('a report for a bug is shown before it is copied, without what is private', async ({ desktop, home }) => {
  const page = await desktop.window();
  await expect(page.getByRole('contentinfo')).toContainText('claude 2.');
  await openSettings(page, 'About');
  await page.getByRole('button', { name: 'Copy a report for a bug…' }).click();
  const report = page.getByRole('region', { name: 'The report' });
  await expect(report).toContainText('- System: ');
  await expect(report).toContainText('- CLI: claude ');
  await expect(report).not.toContainText(home);
  await page.getByRole('button', { name: 'Copy report' }).click();
  const copied = await desktop.app.evaluate(({ clipboard }) => clipboard.readText());
  expect(copied).toBe(await report.textContent());
});

test('every setting of a group is reached and changed with the keyboard alone', async ({ desktop, home }) => {
  const page = await desktop.window();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  await page.keyboard.press('ControlOrMeta+6');
  await expect(page.getByRole('heading', { name: 'Settings', exact: true })).toBeVisible();
  await page.keyboard.press('ControlOrMeta+f');
  await page.keyboard.type('notify');
  const boxes = page.getByRole('checkbox');
  await expect(boxes).toHaveCount(7);
  const reached = new Set<string>();
  for (let presses = 0; presses < 30 && reached.size < 7; presses++) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => document.activeElement?.getAttribute('name') ?? '');
    if (!name.startsWith('notify') || reached.has(name)) continue;
    reached.add(name);
    const before = await page.locator(`input[name="${name}"]`).isChecked();
    await page.keyboard.press('Space');
    await expect.poll(() => storedSettings(home)).toMatchObject({ [name]: !before });
  }
  expect(reached.size).toBe(7);
});

test('the licences of the packages are shown', async ({ desktop }) => {
  const page = await desktop.window();
  await openSettings(page, 'About');
  await page.getByRole('button', { name: 'Show the licences of the packages' }).click();
  await expect(page.getByLabel('Licences of the packages')).toContainText('Permission is hereby granted');
});
