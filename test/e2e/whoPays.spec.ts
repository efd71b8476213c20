/**
 * The notice about who pays, where a subscription is signed in and the environment has an API key. The CLI believes that it talks to
 * Anthropic, as a sign-in that competes with a key requires: its proxy is the scripted API, so that nothing leaves this computer.
 */
import type { Page } from '@playwright/test';
import { signIn } from '../support/cli';
import { press } from './byKeyboard';
import { expect, test } from './desktopTest';

const notice = (page: Page) => page.getByRole('region', { name: 'Who pays' });

test('the first start says which of two accounts pays, one key changes it, and the next start says nothing', async ({
  api,
  home,
  launch,
}) => {
  await signIn(home);
  const options = {
    account: 'signed-out' as const,
    env: {
      ANTHROPIC_API_KEY: 'sk-ant-of-the-environment',
      ANTHROPIC_BASE_URL: 'http://test.anthropic.com',
      HTTP_PROXY: api.url,
      HTTPS_PROXY: api.url,
    },
  };
  const first = await launch(options);
  const page = await first.window();
  await expect(notice(page)).toContainText('Requests are paid by: Claude Max.');
  await expect(notice(page)).toContainText('ANTHROPIC_API_KEY is set as well. It is withheld from claude');

  await press(page, notice(page).getByRole('button', { name: 'Pay by use instead' }));
  await expect(notice(page)).toHaveCount(0);
  await expect(page.getByRole('banner')).toContainText('API key');
  await first.app.close();

  const second = await launch(options);
  const next = await second.window();
  await expect(next.getByRole('banner')).toContainText('API key');
  await expect(notice(next)).toHaveCount(0);
});
