import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ollama } from 'ollama';
import { text, usage } from '../support/messagesApi';
import { expect, openPage, test } from './desktopTest';

test('usage is shown by bar and by table, by keyboard, and saved as CSV', async ({ desktop, api, home }) => {
  api.setDefaultAnswer(text('Hello'), usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 30 }));
  const page = await desktop.window();
  await openPage(page, 'Usage');
  await expect(page.getByRole('heading', { name: 'No usage yet' })).toBeVisible();

  const client = new Ollama({ host: await desktop.url() });
  for (let count = 0; count < 2; count += 1)
    await client.chat({ model: 'sonnet', messages: [{ role: 'user', content: `hi ${count}` }] });
  const chart = page.getByRole('group', { name: /^Cost by hour and model, Today/ });
  await expect(chart).toBeVisible();
  await page.getByLabel('Measure').selectOption('Output tokens');
  const output = page.getByRole('group', { name: /^Output tokens by hour/ });
  // The page takes new sums in once a second, and the bar is read out when it is reached.
  await expect(page.getByRole('list', { name: 'Output tokens by group' })).toContainText('60');
  await output.focus();
  await page.keyboard.press('Home');
  for (let hour = 0; hour < new Date().getHours(); hour += 1) await page.keyboard.press('ArrowRight');
  await expect(page.getByText(/^\d\d:00–\d\d:00: 60 tokens$/)).toBeAttached();

  await page.getByRole('button', { name: 'Hour', exact: true }).click();
  await expect(page.getByText('Last 60 minutes')).toBeVisible();
  await page.getByRole('button', { name: 'Table' }).first().click();
  await expect(page.getByRole('row', { name: /^Total/ })).toContainText('60');

  const first = page.getByRole('region', { name: 'Speed' }).getByRole('row', { name: 'First token after' });
  for (const cell of await first.getByRole('cell').allTextContents()) expect(cell).toMatch(/^[\d.]+ m?s$/);
  await expect(first.getByRole('cell')).toHaveCount(3);

  const file = path.join(home, 'usage.csv');
  await desktop.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await page.getByRole('button', { name: 'Export CSV' }).click();
  await expect(page.getByRole('button', { name: 'Saved' })).toBeVisible();
  expect(await readFile(file, 'utf8')).toMatch(/from,to,group.*\r\n.*,2,0,14,200,40,60,/);
});
