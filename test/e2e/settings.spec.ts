import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, openPage, test } from './desktopTest';

test('unsaved changes wait while another page is shown, and are saved afterwards', async ({ desktop, home }) => {
  const page = await desktop.window();
  await openPage(page, 'Settings');
  const days = page.getByRole('textbox', { name: 'Delete after' });
  await days.fill('7');

  await openPage(page, 'Requests');
  await expect(page.getByRole('button', { name: 'Settings' })).toHaveAccessibleDescription('Unsaved changes');
  await openPage(page, 'Settings');
  await expect(days).toHaveValue('7');

  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Saved' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Settings' })).toHaveAccessibleDescription('');
  const stored = JSON.parse(await readFile(path.join(home, 'data', 'settings.json'), 'utf8'));
  expect(stored).toMatchObject({ keepDays: 7 });
});

test('changes are discarded only where the user says so', async ({ desktop }) => {
  const page = await desktop.window();
  await openPage(page, 'Settings');
  const days = page.getByRole('textbox', { name: 'Delete after' });
  await days.fill('7');
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(days).toHaveValue('30');
  await expect(page.getByRole('button', { name: 'Discard' })).toBeDisabled();
});

test('a value that is not valid is not saved, and its field says what is valid', async ({ desktop }) => {
  const page = await desktop.window();
  await openPage(page, 'Settings');
  const processes = page.getByRole('textbox', { name: 'Processes' });
  await processes.fill('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Enter a whole number from 1 to 256.')).toBeVisible();
  await expect(processes).toBeFocused();
});

test('a button elsewhere that is about a setting opens the page with the focus on its field', async ({ desktop }) => {
  const page = await desktop.window();
  await openPage(page, 'Conversations');
  await page.getByRole('button', { name: 'Settings of the history…' }).click();
  await expect(page.getByRole('checkbox', { name: 'Store the conversation history' })).toBeFocused();
});

test('the licences of the packages are shown', async ({ desktop }) => {
  const page = await desktop.window();
  await openPage(page, 'Settings');
  await page.getByRole('button', { name: 'Show the licences of the packages' }).click();
  await expect(page.getByLabel('Licences of the packages')).toContainText('Permission is hereby granted');
});
