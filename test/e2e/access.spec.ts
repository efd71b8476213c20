import { text } from '../support/messagesApi';
import { expect, openPage, openSettings, test } from './desktopTest';

test('a key is made, used and revoked in the window, and its secret is shown once', async ({ desktop, api }) => {
  api.setDefaultAnswer(text('Hello'));
  const page = await desktop.window();
  await openSettings(page, 'Keys and refused');
  await expect(page.getByText('No keys yet.')).toBeVisible();

  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByRole('button', { name: 'Make key' }).click();
  await expect(page.getByText('a name, so that you recognise the key')).toBeVisible();
  await page.getByLabel('Name').fill('Phone');
  await page.getByRole('button', { name: 'Make key' }).click();
  const secret = await page.getByText(/^cld_[\w-]{43}$/).innerText();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText(secret)).toHaveCount(0);

  const key = page.getByRole('listitem').filter({ hasText: 'Phone' });
  await expect(key).toContainText('not used yet');
  const ask = async () => {
    const response = await fetch(`${await desktop.url()}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'user-agent': 'phone/1' },
      body: JSON.stringify({ model: 'sonnet', messages: [{ role: 'user', content: 'hi' }] }),
    });
    return response.status;
  };
  expect(await ask()).toBe(200);
  await expect(key).toContainText('by phone');

  await key.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await expect(key).toContainText('revoked');
  expect(await ask()).toBe(401);

  await key.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete key' }).click();
  await expect(page.getByText('No keys yet.')).toBeVisible();
});

test('what a key may do is changed in the window', async ({ desktop }) => {
  const page = await desktop.window();
  await openSettings(page, 'Keys and refused');
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name').fill('Laptop');
  await page.getByRole('button', { name: 'Make key' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  const key = page.getByRole('listitem').filter({ hasText: 'Laptop' });

  await key.getByRole('button', { name: 'Change' }).click();
  await page.getByLabel('At most: requests a minute').fill('3');
  await page.getByLabel('Models').fill('haiku');
  await page.getByRole('button', { name: 'Save' }).click();

  await expect(key).toContainText('haiku · 3 requests a minute');
});

test('a page that was refused is shown, and let in with one click', async ({ desktop, api }) => {
  api.setDefaultAnswer(text('Hello'));
  const page = await desktop.window();
  await openSettings(page, 'Keys and refused');
  const ask = async () => {
    const response = await fetch(`${await desktop.url()}/v1/chat/completions`, {
      method: 'POST',
      headers: { origin: 'https://chat.example.org' },
      body: JSON.stringify({ model: 'sonnet', messages: [{ role: 'user', content: 'hi' }] }),
    });
    return response.status;
  };

  expect(await ask()).toBe(403);
  const knock = page.getByRole('listitem').filter({ hasText: 'a page of https://chat.example.org' });
  await knock.getByRole('button', { name: 'Allow this page' }).click();

  await expect(knock).toHaveCount(0);
  expect(await ask()).toBe(200);
});

test('the rail says how many were refused since the page was last open', async ({ desktop }) => {
  const page = await desktop.window();
  const entry = page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Settings' });
  const knock = async (origin: string) => {
    await fetch(`${await desktop.url()}/api/tags`, { headers: { origin } });
  };
  const described = (text: string) => expect(entry).toHaveAccessibleDescription(text);
  await described('');

  await knock('https://one.example.org');
  await described('1 refused since you last opened this page');
  await knock('https://two.example.org');
  await knock('https://two.example.org');
  await described('2 refused since you last opened this page');
  await expect(entry).toContainText('2');

  await openSettings(page, 'Keys and refused');
  await described('');
  await knock('https://three.example.org');
  await expect(page.getByText('a page of https://three.example.org')).toBeVisible();
  await described('');

  await openPage(page, 'Requests');
  await described('');
  await knock('https://one.example.org');
  await described('1 refused since you last opened this page');
  await page.reload();
  await described('1 refused since you last opened this page');
});
