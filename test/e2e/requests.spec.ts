/** The requests page with real clients, through the real CLI. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { Ollama, type Tool } from 'ollama';
import { gate, text, thinking, toolUse, usage } from '../support/messagesApi';
import { expect, openPage, type RunningDesktop, requestRow, test } from './desktopTest';

const WEATHER: Tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
  },
};

/** The page, and a client that asks with a question of its own for each request. */
async function openRequests(desktop: RunningDesktop) {
  const page = await desktop.window();
  await openPage(page, 'Requests');
  const client = new Ollama({ host: await desktop.url() });
  const ask = (content: string, model = 'sonnet') => client.chat({ model, messages: [{ role: 'user', content }] });
  return { page, client, ask, search: page.getByRole('searchbox', { name: 'Search all requests' }) };
}

const rows = (page: Page) => requestRow(page, /./).filter({ has: page.getByRole('gridcell') });
const details = (page: Page) => page.getByRole('complementary', { name: 'Request details' });
const chips = (page: Page) => page.getByRole('list', { name: 'Filters' });

/** Chooses an entry of the menu of the request whose details are shown. */
async function choose(page: Page, label: string): Promise<void> {
  await details(page).getByRole('button', { name: 'More for this request' }).click();
  await page.getByRole('menuitem', { name: label }).click();
}

test('a search finds what was asked and what was answered, and says where nothing was', async ({ desktop, api }) => {
  const { page, ask, search } = await openRequests(desktop);
  api.answer(text('Boats, mostly.'));
  await ask('What is in the harbour?');
  api.answer(text('It has rained since the lighthouse was built.'));
  await ask('How is the weather?');
  await expect(rows(page)).toHaveCount(2);

  await search.fill('harbour');
  await expect(rows(page)).toHaveCount(1);
  await expect(page.locator('mark')).toHaveText('harbour');
  await search.fill('lighthouse');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('How is the weather?');
  await search.press('Enter');
  await expect(chips(page)).toContainText('lighthouse');
  await expect(search).toHaveValue('');

  await search.fill('submarine');
  await expect(page.getByRole('heading', { name: 'No request matches' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).last().click();
  await expect(rows(page)).toHaveCount(2);
});

test('each kind of filter lists what passes it, and is taken back as a chip', async ({ desktop, api }) => {
  const { page, ask, search } = await openRequests(desktop);
  api.setDefaultAnswer(text('Yes.'));
  await ask('One?');
  await ask('Two?', 'haiku');
  await ask('Three?', 'no-such-model').catch(() => undefined);
  await expect(rows(page)).toHaveCount(3);

  for (const [typed, chip, count] of [
    ['client:ollama-js', 'ollama-js', 3],
    ['model:haiku', 'haiku', 1],
    ['outcome:failure', 'any failure', 1],
    ['outcome:answered', 'answered', 2],
    ['key:none', 'none', 3],
    ['served:new', 'new process', 2],
    ['dialect:openai', 'OpenAI', 0],
    ['since:1h', 'since', 3],
    ['until:2020-01-01', 'until', 0],
  ] as const) {
    await search.fill(typed);
    await search.press('Enter');
    await expect(chips(page).getByRole('listitem').first()).toContainText(chip);
    await expect(rows(page), typed).toHaveCount(count);
    await search.press('Backspace');
    await expect(chips(page)).toBeHidden();
  }

  await search.fill('outcome:great');
  await search.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'No outcome is called “great”' })).toBeVisible();
  await search.fill('');
  await rows(page)
    .filter({ hasText: 'Two?' })
    .getByRole('gridcell', { name: 'answered' })
    .click({ modifiers: ['Alt'] });
  await expect(chips(page)).toContainText('answered');
  await expect(rows(page)).toHaveCount(2);
});

test('the menu of filters and the menu of a row work by keyboard alone', async ({ desktop, api }) => {
  const { page, ask, search } = await openRequests(desktop);
  api.setDefaultAnswer(text('Yes.'));
  await ask('One?');
  await ask('Two?', 'haiku');
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Filter', exact: true }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('m');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('h');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole('grid', { name: 'Request log' }).focus();

  await page.keyboard.press('/');
  await expect(search).toBeFocused();
  await page.keyboard.press('Backspace');
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(rows(page).filter({ hasText: 'One?' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menu', { name: 'Request' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await expect(details(page)).toContainText('One?');
  await page.keyboard.press('ArrowRight');
  await expect(details(page).getByRole('tab', { name: 'Sent / Received' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('k');
  await expect(details(page)).toContainText('Two?');
  await page.keyboard.press('Escape');
  await expect(details(page)).toBeHidden();
});

test('the answer is shown as it streams, and stays with its thinking and its tool’s call', async ({ desktop, api }) => {
  const { page, client } = await openRequests(desktop);
  const rest = gate();
  api.answer(
    thinking('Rain is likely.'),
    text('**Let me'),
    rest,
    text(' look.**'),
    toolUse('get_weather', { city: 'Bergen' }),
  );
  const question = { role: 'user', content: 'Umbrella?' };
  const answer = client.chat({ model: 'sonnet', messages: [question], tools: [WEATHER] });
  await rest.reached;
  await requestRow(page, /Umbrella/).click();
  const answered = details(page).getByRole('region', { name: 'Answer' });
  await expect(answered).toContainText('Let me');
  rest.open();
  const { message } = await answer;
  await expect(answered.getByText('Let me look.')).toHaveCSS('font-weight', '600');
  await expect(answered.getByRole('article', { name: 'get_weather' })).toContainText('Bergen');
  await answered.getByText('Thinking').click();
  await expect(answered).toContainText('Rain is likely.');

  api.answer(text('Take one.'), usage({ input: 10, output: 3 }));
  const result = { role: 'tool', content: 'rain all day', tool_name: 'get_weather' };
  await client.chat({ model: 'sonnet', messages: [question, message, result], tools: [WEATHER] });
  await answered.getByRole('button', { name: 'Show the request with the result' }).click();
  await expect(details(page).getByRole('article', { name: 'Result of a tool' })).toContainText('rain all day');
  await expect(details(page)).toContainText('Take one.');
});

test('rows wait while the list is paused, and a row that is read does not move', async ({ desktop, api }) => {
  const { page, ask } = await openRequests(desktop);
  api.setDefaultAnswer(text('Yes.'));
  await ask('One?');
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole('grid', { name: 'Request log' }).focus();
  await page.keyboard.press('p');
  await ask('Two?');
  await expect(page.getByRole('button', { name: 'Resume' })).toHaveText('1 waiting');
  await expect(rows(page)).toHaveCount(1);
  await page.keyboard.press(' ');
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first()).toContainText('Two?');
});

test('polls are folded into one line, which opens', async ({ desktop, api }) => {
  const { page, client, ask } = await openRequests(desktop);
  api.setDefaultAnswer(text('Yes.'));
  await ask('One?');
  for (let polls = 0; polls < 3; polls++) await client.list();
  const line = page.getByRole('button', { name: /^ollama-js · 3 polls · last / });
  await expect(line).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  await line.click();
  await page
    .getByRole('button', { name: /GET \/api\/tags/ })
    .first()
    .click();
  await expect(details(page)).toContainText('This request asked no model');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Fold polls' }).click();
  await page.keyboard.press('Escape');
  await expect(rows(page)).toHaveCount(4);
});

test('a request is stopped, and asked again', async ({ desktop, api }) => {
  const { page, ask } = await openRequests(desktop);
  const never = gate();
  api.answer(text('Hel'), never);
  const stopped = ask('One?').catch(() => undefined);
  await requestRow(page, /One\?/).click();
  await expect(details(page)).toContainText('Hel');
  await details(page).getByRole('button', { name: 'Stop' }).click();
  await stopped;
  await expect(details(page)).toContainText('you stopped it');

  api.answer(text('Now in full.'));
  await details(page).getByRole('button', { name: 'Ask again' }).click();
  await expect(details(page)).toContainText('Now in full.');
  await expect(rows(page)).toHaveCount(2);
});

test('the copied command asks again in a shell; JSON and HAR have the request', async ({ desktop, api, home }) => {
  const { page, ask } = await openRequests(desktop);
  api.setDefaultAnswer(text('Hello from the shell.'));
  await ask('One?');
  await requestRow(page, /One\?/).click();
  const clipboard = () => desktop.app.evaluate(({ clipboard: board }) => board.readText());

  await choose(page, 'Copy as curl');
  await expect.poll(clipboard).toMatch(/^curl /);
  const { stdout } = await promisify(execFile)('bash', ['-c', await clipboard()], { timeout: 30_000 });
  expect(stdout).toContain('Hello from the shell.');

  await choose(page, 'Copy as JSON');
  await expect.poll(clipboard).toMatch(/^\{/);
  expect(JSON.parse(await clipboard())).toMatchObject({ model: 'sonnet', said: { question: [{ text: 'One?' }] } });

  const filePath = path.join(home, 'requests.har');
  await desktop.app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath: chosen });
  }, filePath);
  await choose(page, 'Export as HAR');
  await expect.poll(() => readFile(filePath, 'utf8').catch(() => '')).toContain('"log"');
  expect(JSON.parse(await readFile(filePath, 'utf8')).log.entries).toHaveLength(1);
});
