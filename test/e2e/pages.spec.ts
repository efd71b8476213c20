import { Ollama } from 'ollama';
import { text } from '../support/messagesApi';
import { expect, openPage, requestRow, test } from './desktopTest';

test('a page keeps its search and its selection while another page is shown', async ({ desktop, api }) => {
  api.setDefaultAnswer(text('Hello'));
  const page = await desktop.window();
  const client = new Ollama({ host: await desktop.url() });
  await client.chat({ model: 'sonnet', messages: [{ role: 'user', content: 'hi' }] });
  const filter = page.getByRole('searchbox', { name: 'Search all requests' });
  const details = page.getByRole('complementary', { name: 'Request details' });
  await filter.fill('sonnet');
  await requestRow(page, /sonnet/).click();
  await expect(details).toBeVisible();

  await openPage(page, 'Conversations');
  await expect(details).toBeHidden();
  const search = page.getByRole('searchbox', { name: 'Search titles and texts' });
  await search.fill('hi');
  await openPage(page, 'Requests');

  await expect(filter).toHaveValue('sonnet');
  await expect(requestRow(page, /sonnet/)).toHaveAttribute('aria-selected', 'true');
  await expect(details).toBeVisible();
  // A list that has room for all its rows offers no way to the newest.
  await client.chat({ model: 'sonnet', messages: [{ role: 'user', content: 'hi again' }] });
  await expect(requestRow(page, /hi again/)).toBeInViewport();
  await expect(page.getByRole('button', { name: /new request|^Newest$/ })).toHaveCount(0);
  await openPage(page, 'Conversations');
  await expect(search).toHaveValue('hi');
});

test('the rail marks the page that is shown, and shortcuts open pages, which get the focus', async ({ desktop }) => {
  const page = await desktop.window();
  const rail = page.getByRole('navigation', { name: 'Pages' });
  await expect(rail.getByRole('button', { name: 'Requests' })).toHaveAttribute('aria-current', 'page');

  await page.keyboard.press('Control+3');
  await expect(rail.getByRole('button', { name: 'Conversations' })).toHaveAttribute('aria-current', 'page');
  await expect(rail.getByRole('button', { name: 'Requests' })).not.toHaveAttribute('aria-current');
  await expect(page.getByRole('main', { name: 'Conversations' })).toBeFocused();

  await page.keyboard.press('Control+,');
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
});

test('a page that throws is replaced by a message until it is reloaded, and the other pages keep working', async ({
  desktop,
}) => {
  const page = await desktop.window();
  await openPage(page, 'Settings');
  // The requests page is the only one that names a day.
  await page.evaluate(() => {
    const original = Intl.DateTimeFormat;
    class BrokenFormat {
      constructor() {
        throw new Error('There is no calendar.');
      }
    }
    Object.assign(Intl, { DateTimeFormat: BrokenFormat });
    Object.assign(window, { mend: () => Object.assign(Intl, { DateTimeFormat: original }) });
  });
  await openPage(page, 'Requests');
  const failure = page.getByRole('alert').filter({ hasText: 'There is no calendar.' });
  await expect(failure).toBeVisible();
  await failure.getByRole('button', { name: 'Copy details' }).click();
  await expect
    .poll(() => desktop.app.evaluate(({ clipboard }) => clipboard.readText()))
    .toMatch(/^Claudacity \S+, page Requests\n[\s\S]*There is no calendar\./);

  await openPage(page, 'Conversations');
  await expect(page.getByRole('heading', { name: 'No conversations yet' })).toBeVisible();
  await expect(page.getByRole('status').first()).toHaveText('Running');

  await openPage(page, 'Requests');
  await expect(failure).toBeVisible();
  await page.evaluate(() => Reflect.get(window, 'mend')());
  await page.getByRole('button', { name: 'Reload page' }).click();
  await expect(page.getByRole('heading', { name: 'Today' })).toBeVisible();
});
