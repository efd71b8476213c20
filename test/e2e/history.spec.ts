import type { Page } from '@playwright/test';
import type { MessagesApi } from '../support/messagesApi';
import { text } from '../support/messagesApi';
import { expect, openPage, type RunningDesktop, test } from './desktopTest';

test('a stored conversation can be read after a restart, and continues by its id', async ({ launch, api }) => {
  api.answer(text('Bergen has rain.'));
  const first = await launch();
  await sendMessage(first, 'trip', 'What of Bergen?');
  await first.app.close();

  const second = await launch();
  const page = await openHistory(second);
  await storedRow(page, 'What of Bergen?').click();
  const reader = page.getByRole('complementary', { name: 'Conversation', exact: true });
  await expect(reader).toContainText('Bergen has rain.');

  await sendMessage(second, 'trip', 'And tomorrow?');
  await expect(reader).toContainText('And tomorrow?');
  expect(sentMessages(api)).toEqual(['What of Bergen?', 'Bergen has rain.', 'And tomorrow?']);
});

test('a deleted conversation is gone from the list and for its client', async ({ desktop, api }) => {
  await sendMessage(desktop, 'secret', 'The code is 1234.');
  await sendMessage(desktop, 'other', 'Something else.');
  const page = await openHistory(desktop);

  await storedRow(page, 'The code is 1234.').click();
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();

  await expect(storedRow(page, 'The code is 1234.')).toHaveCount(0);
  await expect(storedRow(page, 'Something else.')).toBeVisible();
  await sendMessage(desktop, 'secret', 'What was the code?');
  expect(sentMessages(api)).toEqual(['What was the code?']);
});

test('all conversations are deleted at once', async ({ desktop }) => {
  await sendMessage(desktop, 'one', 'The first.');
  await sendMessage(desktop, 'two', 'The second.');
  const page = await openHistory(desktop);
  await expect(storedRow(page, 'The second.')).toBeVisible();

  await page.getByRole('button', { name: 'Delete all conversations' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete all' }).click();

  await expect(storedRow(page, 'The')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Delete all conversations' })).toBeDisabled();
});

async function openHistory(desktop: RunningDesktop): Promise<Page> {
  const page = await desktop.window();
  await openPage(page, 'Conversations');
  return page;
}

function storedRow(page: Page, title: string) {
  return page.getByRole('listbox', { name: 'Conversations' }).getByRole('option').filter({ hasText: title });
}

/** Sends one message to the conversation of that id, without its history. */
async function sendMessage(desktop: RunningDesktop, id: string, content: string): Promise<void> {
  const body = { id, model: 'sonnet', messages: [{ role: 'user', content }] };
  const response = await fetch(`${await desktop.url()}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  await response.text();
}

/** The messages of the last request to the model. */
function sentMessages(api: MessagesApi): unknown[] {
  return api.requests.at(-1)?.history.map(({ content }) => content[0]?.text) ?? [];
}
