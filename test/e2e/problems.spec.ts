import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Page } from '@playwright/test';
import { expect, test } from './desktopTest';

test('a port taken by another program is reported in window and tray, and the server starts once it is free', async ({
  launch,
}) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const desktop = await launch({ env: { PORT: String(port) } });
  const page = await desktop.window();

  const problem = problemOn(page);
  await expect(problem).toContainText(`Port ${port} is taken by another program.`);
  await expect(problem).toContainText('choose another port');
  await expect
    .poll(async () => (await desktop.icon.menu())[0]?.label)
    .toBe(`Port ${port} is taken by another program.`);

  other.close();
  await once(other, 'close');
  await problem.getByRole('button', { name: 'Start again' }).click();
  await expect(page.getByRole('status').first()).toHaveText('Running');
  await expect(problem).toBeHidden();
});

test('a missing CLI is reported, with the button that leads to its installation', async ({ launch }) => {
  const desktop = await launch({ env: { CLAUDE_PATH: '/nowhere/claude' } });
  const problem = problemOn(await desktop.window());
  await expect(problem.getByRole('button', { name: 'How to install' })).toBeVisible();
});

test('a CLI without a signed-in account is reported, with the button that signs in', async ({ launch }) => {
  const desktop = await launch({ account: 'signed-out' });
  const problem = problemOn(await desktop.window());
  await expect(problem.getByRole('button', { name: 'Sign in' })).toBeVisible();
});

/** The page always has an empty alert for notices. */
function problemOn(page: Page) {
  return page.getByRole('alert').filter({ hasText: /\S/ });
}
