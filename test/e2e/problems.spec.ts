import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Page } from '@playwright/test';
import { SCHEMA_VERSION } from '../../app/store/sqlite/schema';
import { leftoverProcesses } from '../support/cli';
import { httpError, rateLimits, text } from '../support/messagesApi';
import { press } from './byKeyboard';
import { expect, openPage, test } from './desktopTest';

test('a port taken by another program is reported in window and tray, and the server starts once it is free', async ({
  launch,
}) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const desktop = await launch({ env: { PORT: String(port) } });
  const page = await desktop.window();

  const problem = problemOn(page);
  // The program is the test runner: its name is that of its thread or of Node.
  await expect(problem).toContainText(new RegExp(`Port ${port} is taken by (?!another)`));
  await expect(problem).toContainText('choose another port');
  await expect.poll(async () => (await desktop.icon.menu())[0]?.label).toMatch(`Port ${port} is taken by `);

  other.close();
  await once(other, 'close');
  await press(page, problem.getByRole('button', { name: 'Start again' }));
  await expect(page.getByRole('status').first()).toHaveText('Running');
  await expect(problem).toBeHidden();
});

test('where the port is taken, one button starts the server on another port for this run', async ({ launch, api }) => {
  api.setDefaultAnswer(text('Hello.'));
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const desktop = await launch({ env: { PORT: String(port) } });
  const page = await desktop.window();

  await problemOn(page).getByRole('button', { name: 'Use another port for this run' }).click();
  await expect(page.getByRole('status').first()).toHaveText('Running');
  await expect(problemOn(page)).toBeHidden();
  const url = await desktop.url();
  expect(url).not.toContain(`:${port}`);
  await desktop.icon.click('Stop server');
  await expect.poll(async () => (await desktop.icon.menu()).map(({ label }) => label)).toContain('Start server');
  await desktop.icon.click('Start server');
  expect(await desktop.url()).toBe(url);
  expect((await fetch(`${url}/api/chat`, { method: 'POST', body: CHAT })).status).toBe(200);

  other.close();
  await once(other, 'close');
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

test('a sign-in shows its address and can be cancelled, and its process ends', async ({ launch, home }) => {
  const desktop = await launch({ account: 'signed-out', env: { BROWSER: '/bin/true' } });
  const page = await desktop.window();
  const problem = problemOn(page);
  await problem.getByRole('button', { name: 'Sign in' }).click();

  const signIn = page.getByRole('region', { name: 'Sign-in' });
  await expect(signIn.locator('code')).toHaveText(/^https:\/\/\S+\/oauth\/authorize\?/);
  await expect(problem.filter({ hasText: 'signed in' })).toBeHidden();
  await signIn.getByRole('button', { name: 'Copy link' }).click();
  const copied = () => desktop.app.evaluate(({ clipboard }) => clipboard.readText());
  await expect.poll(copied).toBe(await signIn.locator('code').textContent());

  await signIn.getByRole('button', { name: 'Cancel' }).click();
  await expect(signIn).toBeHidden();
  await expect(problem.getByRole('button', { name: 'Sign in' })).toBeEnabled();
  const logins = async () => (await leftoverProcesses(home)).filter(({ command }) => command.includes('auth login'));
  await expect.poll(logins).toEqual([]);
});

test('a plan that is used up is reported in window and tray with the time of its reset, until an answer', async ({
  api,
  launch,
}) => {
  const desktop = await launch({ account: 'subscription' });
  const page = await desktop.window();
  const url = await desktop.url();
  const resets = Math.floor(Date.now() / 1000) + 3600;
  const limits = rateLimits({ status: 'rejected', fiveHour: 1, fiveHourReset: resets, sevenDayReset: resets });
  const ask = () => fetch(`${url}/api/chat`, { method: 'POST', body: CHAT }).then(({ status }) => status);
  api.setDefaultAnswer(httpError(429, 'rate_limit_error', 'Limit.', limits.kind === 'headers' ? limits.headers : {}));
  expect(await ask()).toBe(429);

  const message = /The plan’s 5-hour limit is used up until/;
  await expect(problemOn(page)).toContainText(message);
  await expect.poll(async () => (await desktop.icon.menu())[0]?.label).toMatch(message);
  const limit = /^5-hour limit: 100 % used, resets \d\d:\d\d$/;
  expect((await desktop.icon.menu()).map(({ label }) => label)).toContainEqual(expect.stringMatching(limit));
  await expect(page.getByRole('banner')).toContainText(/5 h 100 % · resets \d\d:\d\d/);
  await openPage(page, 'Home');
  await expect(page.getByRole('region', { name: 'Your plan' })).toContainText(
    /5-hour limit100 % usedresets at \d\d:\d\d/,
  );
  await press(page, problemOn(page).getByRole('button', { name: 'Show usage' }));
  await page.getByRole('group', { name: 'Plan as' }).getByRole('button', { name: 'Table' }).click();
  await expect(page.getByRole('region', { name: 'Windows of the plan' })).toContainText(/5-hour limit.*100 %/);

  api.setDefaultAnswer(text('Hello.'));
  expect(await ask()).toBe(200);
  await expect(problemOn(page)).toBeHidden();
  await expect.poll(async () => (await desktop.icon.menu())[0]?.label).toBe(`Running on ${url}`);
});

const CHAT = JSON.stringify({ model: 'sonnet', stream: false, messages: [{ role: 'user', content: 'Hello?' }] });

test('a database that a later version wrote is named in the window until it is restored or dismissed', async ({
  launch,
  home,
}) => {
  const data = path.join(home, 'data');
  const written = await launch();
  const body = { model: 'sonnet', stream: false, messages: [{ role: 'user', content: 'Stored for later' }] };
  await fetch(`${await written.url()}/api/chat`, { method: 'POST', body: JSON.stringify(body) });
  await written.app.close();
  setVersion(path.join(data, 'claudacity.db'), 999);

  const desktop = await launch();
  const page = await desktop.window();
  const problem = problemOn(page);
  await expect(problem).toContainText('was written by a later version of Claudacity, and is left as it is');
  expect(readdirSync(data).filter((name) => name.includes('.broken-'))).toEqual([]);
  await press(page, problem.getByRole('button', { name: 'Begin a new database' }));
  await expect(problem).toContainText('Update Claudacity, then restore it.');
  await press(page, problem.getByRole('button', { name: 'Restore' }));
  await expect(problem.last()).toContainText('cannot be restored');
  await press(page, problem.last().getByRole('button', { name: 'Dismiss' }));
  await expect(page.getByText('cannot be restored')).toBeHidden();

  const renamed = readdirSync(data).find((name) => /\.broken-[^.]*$/.test(name)) ?? '';
  await expect(problem.first()).toContainText(renamed);
  setVersion(path.join(data, renamed), SCHEMA_VERSION);
  await press(page, problem.first().getByRole('button', { name: 'Restore' }));
  await expect(page.getByText('1 conversation restored.')).toBeVisible();
  await expect(page.getByText(renamed)).toBeHidden();
  await openPage(page, 'Conversations');
  await expect(page.getByRole('option', { name: /Stored for later/ })).toBeVisible();
});

function setVersion(file: string, version: number): void {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA user_version = ${version}`);
  database.close();
}

/** The page always has an empty alert for notices. */
function problemOn(page: Page) {
  return page.getByRole('alert').filter({ hasText: /\S/ });
}
