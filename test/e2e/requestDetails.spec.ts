/** What the details of a request show of its texts, its headers and bodies; and what they say where texts are kept out. */
import OpenAI from 'openai';
import { text } from '../support/messagesApi';
import { expect, openPage, requestRow, test } from './desktopTest';

/** One pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

test('a request’s image is drawn, and what was sent is shown with what was ignored, and without its key', async ({
  desktop,
  api,
}) => {
  const page = await desktop.window();
  const url = await desktop.url();
  const { secret } = await page.evaluate(() => window.claudacity.call('keys.create', { name: 'Phone' }));
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: secret, maxRetries: 0 });
  api.answer(text('A dot.'));
  const image = { type: 'image_url' as const, image_url: { url: `data:image/png;base64,${PNG}` } };
  await client.chat.completions.create({
    model: 'sonnet',
    logit_bias: { 1: 5 },
    messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, image] }],
  });

  await requestRow(page, /What is this/).click();
  const details = page.getByRole('complementary', { name: 'Request details' });
  const drawn = details.getByRole('img', { name: /^Image, PNG, \d+ B/ });
  await expect(drawn).toBeVisible();
  expect(await drawn.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(1);

  await details.getByRole('tab', { name: 'Sent / Received' }).click();
  await expect(details.getByText('Ignored: these parameters could not be honoured')).toBeVisible();
  await expect(details.getByRole('listitem').filter({ hasText: 'logit_bias' })).toBeVisible();
  await expect(details).toContainText('What Claude could see');
  await expect(details).toContainText('Sent by the client');
  for (const headers of await details.getByText(/^\d+ headers$/).all()) await headers.click();
  await expect(details).toContainText('content-type');
  await expect(details).toContainText(/authorization/i);
  await expect(details).not.toContainText(secret);
  await expect(details).not.toContainText(secret.slice(-12));
});

test('where the settings keep texts out, one sentence says so, of a request and of a conversation', async ({
  desktop,
  api,
}) => {
  const sentence = 'Texts are kept out: “Store the conversation history” is off.';
  api.setDefaultAnswer(text('A secret answer.'));
  const page = await desktop.window();
  const client = new OpenAI({ baseURL: `${await desktop.url()}/v1`, apiKey: 'none', maxRetries: 0 });
  await page.evaluate(() => window.claudacity.call('settings.change', { keepTexts: false }));
  await client.chat.completions.create({ model: 'sonnet', messages: [{ role: 'user', content: 'A secret question' }] });

  await requestRow(page, /sonnet/).click();
  const details = page.getByRole('complementary', { name: 'Request details' });
  await expect(details).toContainText(sentence);
  await openPage(page, 'Conversations');
  await page.getByRole('listbox', { name: 'Conversations' }).getByRole('option').click();
  const reader = page.getByRole('complementary', { name: 'Conversation', exact: true });
  await expect(reader).toContainText(sentence);
  await openPage(page, 'Home');
  await expect(page.getByRole('main')).not.toContainText('secret');
  await openPage(page, 'Requests');
  await details.getByRole('button', { name: 'Open the setting' }).click();
  await expect(page.getByRole('checkbox', { name: 'Store the conversation history' })).toBeFocused();
});
