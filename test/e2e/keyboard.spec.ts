/** What the specs of the pages do by mouse, without one: each key goes to what has the focus. */
import type { Locator, Page } from '@playwright/test';
import { Ollama } from 'ollama';
import { gate, text } from '../support/messagesApi';
import { expect, requestRow, test } from './desktopTest';

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 150; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${target}`);
}

async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

test('every page is reached from the rail, and the server is stopped and started', async ({ desktop }) => {
  const page = await desktop.window('Home');
  await desktop.url();
  const rail = page.getByRole('navigation', { name: 'Pages' });
  for (const title of ['Requests', 'Conversations', 'Usage', 'Connect', 'Settings', 'Home']) {
    await press(page, rail.getByRole('button', { name: title }));
    await expect(page.getByRole('main', { name: title })).toBeVisible();
    await expect(rail.getByRole('button', { name: title })).toHaveAttribute('aria-current', 'page');
  }
  const header = page.getByRole('banner');
  await press(page, header.getByRole('button', { name: 'Stop' }));
  await expect(header.getByRole('status')).toHaveText('Stopped');
  await press(page, header.getByRole('button', { name: 'Start' }), 'Space');
  await expect(header.getByRole('status')).toHaveText('Running');
});

test('a question to Claude is asked and stopped by its button', async ({ desktop, api }) => {
  const half = gate();
  api.answer(text('The first half'), half);
  const page = await desktop.window('Home');
  await desktop.url();
  await tabTo(page, page.getByRole('textbox', { name: 'Question' }));
  await page.keyboard.type('A long story, please.');
  await page.keyboard.press('Enter');
  const conversation = page.getByRole('list', { name: 'Conversation' });
  await expect(conversation.getByText('The first half')).toBeVisible();
  await press(page, page.getByRole('region', { name: 'Running now' }).getByRole('button', { name: /^Stop/ }));
  await expect(page.getByText('Nothing is being answered.')).toBeVisible();
  half.open();
});

test('a request is stopped and asked again', async ({ desktop, api }) => {
  const page = await desktop.window();
  const client = new Ollama({ host: await desktop.url() });
  const never = gate();
  api.answer(text('Hel'), never);
  const stopped = client
    .chat({ model: 'sonnet', messages: [{ role: 'user', content: 'One?' }] })
    .catch(() => undefined);
  await expect(requestRow(page, /One\?/)).toBeVisible();
  await page.keyboard.press('Control+2');
  await tabTo(page, page.getByRole('grid', { name: 'Request log' }));
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const details = page.getByRole('complementary', { name: 'Request details' });
  await expect(details).toContainText('Hel');
  await press(page, details.getByRole('button', { name: 'Stop' }));
  await stopped;
  await expect(details).toContainText('you stopped it');
  api.answer(text('Now in full.'));
  await press(page, details.getByRole('button', { name: 'Ask again' }));
  await expect(details).toContainText('Now in full.');
});
