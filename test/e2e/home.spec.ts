import { Ollama } from 'ollama';
import { gate, text } from '../support/messagesApi';
import { expect, openPage, test } from './desktopTest';

test('the first steps are taken by keyboard alone, and stay taken', async ({ desktop, api }) => {
  api.setDefaultAnswer(text('A **calm** answer.'));
  const page = await desktop.window('Home');
  const url = await desktop.url();
  await expect(page.getByRole('navigation').getByRole('button', { name: 'Home' })).toHaveAttribute(
    'aria-current',
    'page',
  );
  const steps = page.getByRole('region', { name: 'First steps' });
  await expect(steps.getByText('3 of 5 done')).toBeVisible();

  await steps.getByRole('button', { name: 'Ask', exact: true }).focus();
  await page.keyboard.press('Enter');
  const question = page.getByRole('textbox', { name: 'Question' });
  await expect(question).toBeFocused();
  await page.keyboard.type('Are you there?');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('Say so.');
  await page.keyboard.press('Enter');
  const conversation = page.getByRole('list', { name: 'Conversation' });
  await expect(conversation.getByText('Are you there? Say so.')).toBeVisible();
  await expect(conversation.locator('strong', { hasText: 'calm' })).toBeVisible();
  await expect(steps.getByText('4 of 5 done')).toBeVisible();

  await new Ollama({ host: url }).chat({ model: 'sonnet', messages: [{ role: 'user', content: 'hi' }] });
  const done = page.getByRole('region', { name: 'Everything is set up' });
  await done.getByRole('button', { name: 'Hide this list' }).focus();
  await page.keyboard.press('Enter');
  await expect(done).toBeHidden();
  await page.reload();
  await expect(question).toBeVisible();
  await expect(conversation.getByText('Are you there?')).toBeVisible();
  await expect(done).toBeHidden();

  await openPage(page, 'Requests');
  const log = page.getByRole('grid', { name: 'Request log' });
  await expect(log.getByRole('row', { name: /Claudacity/ })).toBeVisible();
  await openPage(page, 'Usage');
  await expect(page.getByRole('list', { name: 'Cost by group' })).toBeVisible();
});

test('Escape stops an answer, and what has come of it stays', async ({ desktop, api }) => {
  const half = gate();
  api.setDefaultAnswer(text('The first half'), half, text(' and the second.'));
  const page = await desktop.window('Home');
  const question = page.getByRole('textbox', { name: 'Question' });
  await question.fill('A long story, please.');
  await question.press('Enter');
  const conversation = page.getByRole('list', { name: 'Conversation' });
  await expect(conversation.getByText('The first half')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Running now' }).getByRole('button', { name: /^Stop/ })).toBeVisible();
  await question.press('Escape');
  await expect(conversation.getByText(/You stopped it/)).toBeVisible();
  await expect(page.getByText('Nothing is being answered.')).toBeVisible();
  half.open();
});
