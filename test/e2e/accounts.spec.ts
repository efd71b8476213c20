/** Accounts in the real window: one is added, signed in, given to a key, made the default and removed. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { claudePath } from '../support/cli';
import { text } from '../support/messagesApi';
import { expect, openSettings, test } from './desktopTest';

const accountOn = (page: Page, name: string) => page.getByRole('listitem', { name, exact: true });

async function add(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add an account' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('button', { name: 'Add and sign in' }).click();
}

test('the sign-in of a new account shows its address and can be cancelled; the account can be renamed and removed', async ({
  launch,
}) => {
  const desktop = await launch({ env: { BROWSER: '/bin/true' } });
  const page = await desktop.window();
  await openSettings(page, 'Accounts');
  await add(page, 'Work');

  const account = accountOn(page, 'Work');
  await expect(account.locator('code')).toHaveText(/^https:\/\/\S+\/oauth\/authorize\?/);
  await account.getByRole('button', { name: 'Cancel' }).click();
  await expect(account).toContainText('nobody is signed in');
  await expect(account.getByRole('button', { name: 'Sign in' })).toBeVisible();

  await add(page, 'work');
  await expect(page.getByRole('alert').filter({ hasText: 'There is an account named “work” already.' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).last().click();

  await account.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Office');
  await page.getByRole('button', { name: 'Rename', exact: true }).last().click();
  await accountOn(page, 'Office').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('dialog')).toContainText('No API key uses it.');
  await page.getByRole('button', { name: 'Remove account' }).click();
  await expect(accountOn(page, 'Office')).toHaveCount(0);
});

test('a key is answered by its account alone, and refused once that is removed', async ({ api, home, launch }) => {
  api.setDefaultAnswer(text('Hello'));
  const desktop = await launch({
    env: {
      CLAUDE_PATH: await claudeThatSignsIn(path.join(home, 'bin')),
      // The CLI believes that it talks to Anthropic, as an account's token is sent nowhere else.
      ANTHROPIC_BASE_URL: 'http://test.anthropic.com',
      HTTP_PROXY: api.url,
      HTTPS_PROXY: api.url,
    },
  });
  const page = await desktop.window();
  await openSettings(page, 'Accounts');
  await add(page, 'Work');
  await expect(accountOn(page, 'Work')).toContainText('Claude Max');

  await openSettings(page, 'Keys and refused');
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Phone');
  await page.getByLabel('Account', { exact: true }).selectOption('Work');
  await page.getByRole('button', { name: 'Make key' }).click();
  const secret = await page.getByText(/^cld_[\w-]{43}$/).innerText();
  await page.getByRole('button', { name: 'Done' }).click();
  const key = page.getByRole('listitem').filter({ hasText: 'Phone' });
  await expect(key).toContainText('account Work');

  const ask = async () => {
    const response = await fetch(`${await desktop.url()}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify({ model: 'sonnet', messages: [{ role: 'user', content: 'hi' }] }),
    });
    return { status: response.status, body: await response.text() };
  };
  expect((await ask()).status).toBe(200);
  expect(api.requests.at(-1)?.headers.authorization).toBe('Bearer sk-ant-oat01-work');

  await openSettings(page, 'Accounts');
  await accountOn(page, 'Work').getByRole('button', { name: 'Make default' }).click();
  await expect(accountOn(page, 'Work')).toContainText('default');
  await accountOn(page, 'This computer’s sign-in').getByRole('button', { name: 'Make default' }).click();
  await accountOn(page, 'Work').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('dialog')).toContainText('Requests with the key “Phone” are refused');
  await page.getByRole('button', { name: 'Remove account' }).click();
  await openSettings(page, 'Keys and refused');
  await expect(key).toContainText('account that was removed');
  const refused = await ask();
  expect(refused.status).toBe(403);
  expect(refused.body).toContain('Choose another account for the key');
});

/** The real CLI, but for the sign-in, which needs a person at a browser: it writes what the CLI would write afterwards. */
async function claudeThatSignsIn(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const credentials = {
    ...{ accessToken: 'sk-ant-oat01-work', refreshToken: 'sk-ant-ort01-work', expiresAt: 4_102_444_800_000 },
    ...{ scopes: ['user:inference', 'user:profile'], subscriptionType: 'max' },
  };
  const file = path.join(folder, 'claude');
  const script = `#!/bin/sh
if [ "$1 $2" = "auth login" ]; then
  cat > "$CLAUDE_CONFIG_DIR/.credentials.json" <<'END'
${JSON.stringify({ claudeAiOauth: credentials })}
END
  exit 0
fi
exec "${claudePath()}" "$@"
`;
  await writeFile(file, script, { mode: 0o755 });
  return file;
}
