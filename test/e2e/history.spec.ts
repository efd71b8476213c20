import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { MessagesApi } from '../support/messagesApi';
import { gate, hang, text } from '../support/messagesApi';
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

test('a running answer is followed and interrupted, and the conversation goes on', async ({ desktop, api }) => {
  api.answer(text('First answer.'));
  await sendMessage(desktop, 'talk', 'The first question');
  const page = await openHistory(desktop);
  await storedRow(page, 'The first question').click();
  const reader = page.getByRole('complementary', { name: 'Conversation', exact: true });
  await expect(reader).toContainText('First answer.');

  const halfway = gate();
  api.answer(text('# It comes\n\nwith **strong**'), halfway, text(' words'), hang());
  const answer = sendMessage(desktop, 'talk', 'And the second?', 503);
  await halfway.reached;
  await expect(reader.getByRole('heading', { name: 'It comes' })).toBeVisible();
  await expect(reader.locator('strong')).toHaveText('strong');
  await expect(storedRow(page, 'The first question')).toContainText('answering');
  halfway.open();
  await expect(reader).toContainText('strong words');

  await reader.getByRole('button', { name: 'Interrupt' }).click();
  await answer;
  await expect(storedRow(page, 'The first question')).toContainText('idle');
  await expect(reader).toContainText('This answer was cut off.');
  await expect(reader.getByRole('button', { name: 'Interrupt' })).toHaveCount(0);

  api.answer(text('The third answer.'));
  await sendMessage(desktop, 'talk', 'Once more?');
  await expect(reader).toContainText('The third answer.');
  await expect(reader).not.toContainText('It comes');
});

test('the first question of a conversation stays in the list when its answer is interrupted', async ({
  desktop,
  api,
}) => {
  const page = await openHistory(desktop);
  const halfway = gate();
  api.answer(text('It was a dark'), halfway, hang());
  const answer = sendMessage(desktop, 'story', 'Tell me a story', 503);
  await halfway.reached;
  await storedRow(page, 'Tell me a story').click();
  const reader = page.getByRole('complementary', { name: 'Conversation', exact: true });
  await expect(reader).toContainText('It was a dark');

  await reader.getByRole('button', { name: 'Interrupt' }).click();
  await answer;
  await expect(reader).toContainText('This answer was cut off.');
  await expect(reader).toContainText('Tell me a story');
  await expect(storedRow(page, 'Tell me a story')).toContainText('0 turns');
  await page.reload();
  await openPage(page, 'Conversations');
  await storedRow(page, 'Tell me a story').click();
  await expect(reader).toContainText('Tell me a story');

  api.answer(text('Once upon a time.'));
  await sendMessage(desktop, 'story', 'A happy one');
  await expect(reader).toContainText('Once upon a time.');
  await expect(page.getByRole('listbox', { name: 'Conversations' }).getByRole('option')).toHaveCount(1);
  expect(sentMessages(api)).toEqual(['A happy one']);
});

test('everything can be done by the keyboard alone', async ({ desktop, api }) => {
  api.answer(text('It rains in Bergen.'));
  await sendMessage(desktop, 'one', 'What of the weather?');
  api.answer(text('Nothing else.'));
  await sendMessage(desktop, 'two', 'Another question');
  const page = await desktop.window();
  const reader = page.getByRole('complementary', { name: 'Conversation', exact: true });
  const options = page.getByRole('listbox', { name: 'Conversations' }).getByRole('option');
  await page.keyboard.press('Control+3');
  await expect(options).toHaveCount(2);

  await page.keyboard.press('Control+f');
  await page.keyboard.type('BERGEN');
  await expect(options).toHaveCount(1);
  await expect(options).toContainText('It rains in Bergen.');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(reader).toContainText('It rains in Bergen.');
  await expect(reader.getByRole('region', { name: 'Messages' })).toBeFocused();

  await page.keyboard.press('F2');
  await page.keyboard.type('Weather');
  await page.keyboard.press('Enter');
  await expect(reader.getByRole('heading', { name: 'Weather' })).toBeVisible();
  await page.keyboard.press('F2');
  await page.keyboard.type('not this');
  await page.keyboard.press('Escape');
  await expect(reader.getByRole('heading', { name: 'Weather' })).toBeVisible();

  await page.keyboard.press('Escape');
  await expect(reader).toHaveCount(0);
  await page.keyboard.press('Control+f');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(options).toHaveCount(2);
  await page.keyboard.press('Home');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await expect(
    page.getByRole('listbox', { name: 'Conversations' }).getByRole('option', { selected: true }),
  ).toContainText('Another question');

  await page.keyboard.press('Delete');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(options).toHaveCount(1);
  await expect(options).toContainText('Weather');
});

test('a conversation is saved as a file, and leads to its requests', async ({ desktop, api, home }) => {
  api.answer(text('With `code`.'));
  await sendMessage(desktop, 'file', 'A question for a file');
  const page = await openHistory(desktop);
  await storedRow(page, 'A question for a file').click();
  const file = path.join(home, 'saved.md');
  await desktop.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath });
  }, file);
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Export as Markdown' }).click();
  await expect.poll(() => readIfThere(file)).toContain('## Claude\n\nWith `code`.');

  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Show its requests' }).click();
  await expect(page.getByRole('grid', { name: 'Request log' })).toBeVisible();
});

test('a link in an answer is opened by nothing but the user’s answer', async ({ desktop, api }) => {
  api.answer(text('See [the page](https://example.org/a) or [this](javascript:alert(1)).'));
  await sendMessage(desktop, 'link', 'A link, please');
  const page = await openHistory(desktop);
  await storedRow(page, 'A link, please').click();
  await desktop.app.evaluate(({ dialog }) => {
    dialog.showMessageBox = async (...args: unknown[]) => {
      Object.assign(globalThis, { question: args.at(-1) });
      return { response: 1, checkboxChecked: false };
    };
  });
  const reader = page.getByRole('complementary', { name: 'Conversation', exact: true });
  await expect(reader.getByRole('link')).toHaveCount(1);
  await reader.getByRole('link', { name: 'the page' }).click();
  await expect.poll(() => desktop.app.evaluate(({ clipboard }) => clipboard.readText())).toBe('https://example.org/a');
  expect(await desktop.app.evaluate(() => (globalThis as { question?: { message?: string } }).question?.message)).toBe(
    'Open example.org in the browser?',
  );
});

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function openHistory(desktop: RunningDesktop): Promise<Page> {
  const page = await desktop.window();
  await openPage(page, 'Conversations');
  return page;
}

function storedRow(page: Page, title: string) {
  return page.getByRole('listbox', { name: 'Conversations' }).getByRole('option').filter({ hasText: title });
}

/** Sends one message to the conversation of that id, without its history. */
async function sendMessage(desktop: RunningDesktop, id: string, content: string, status = 200): Promise<void> {
  const body = { id, model: 'sonnet', messages: [{ role: 'user', content }] };
  const response = await fetch(`${await desktop.url()}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(status);
  await response.text();
}

/** The messages of the last request to the model. */
function sentMessages(api: MessagesApi): unknown[] {
  return api.requests.at(-1)?.history.map(({ content }) => content[0]?.text) ?? [];
}
