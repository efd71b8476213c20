import { Ollama } from 'ollama';
import { gate, text, usage } from '../support/messagesApi';
import { expect, requestRow, test } from './desktopTest';

test('the window says what a conversation and its request are doing, and only what is known', async ({
  desktop,
  api,
}) => {
  const page = await desktop.window();
  const client = new Ollama({ host: await desktop.url() });
  const question = { role: 'user', content: 'hi' };
  const first = await client.chat({ model: 'sonnet', messages: [question] });
  const conversation = page.getByRole('listitem').filter({ hasText: 'ollama-js' });
  await expect(conversation).toContainText('ends in 5 min');
  await expect(conversation).toContainText('1 turn');

  // The second row is the newest, and comes first.
  const [begin, rest] = [gate(), gate()];
  api.answer(begin, text('Hel'), rest, text('lo'), usage({ input: 321, output: 45 }));
  const messages = [question, first.message, { role: 'user', content: 'And?' }];
  const stream = client.chat({ model: 'sonnet', messages, stream: true });
  await begin.reached;
  const row = requestRow(page, /sonnet/).first();
  await expect(row).toContainText('waiting');
  await expect(conversation).toContainText('answering');
  await expect(conversation).not.toContainText('ends in');
  await row.click();
  const details = page.getByRole('complementary', { name: 'Request details' });
  await details.getByRole('tab', { name: 'Timing' }).click();
  const timing = details.locator('.waterfall-number');
  await expect(timing.first()).toHaveText(/^\d+\.\d s$/);
  await expect(timing.last(), 'the answer has not begun').toHaveText('…');
  // Beside the details the log has no room for its tokens.
  await page.keyboard.press('Escape');

  begin.open();
  await expect(row).toContainText('answering');
  await expect(row.getByText('…', { exact: true }), 'the tokens of the answer are not known yet').toBeVisible();
  await row.click();
  await expect(timing.last()).toHaveText(/ s$| ms$/);
  await details.getByRole('tab', { name: 'Tokens' }).click();
  await expect(details.getByRole('definition').filter({ hasText: '321' })).toBeVisible();
  await page.keyboard.press('Escape');

  rest.open();
  for await (const _ of await stream);
  await expect(row.getByText('45', { exact: true })).toBeVisible();
  await expect(row.getByText('…')).toHaveCount(0);
  await expect(conversation).toContainText('ends in 5 min');
  await expect(conversation).toContainText('2 turns');
});
