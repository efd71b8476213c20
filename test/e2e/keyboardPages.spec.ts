/** The actions of the pages Requests, Conversations and Usage, by keyboard alone. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { Ollama } from 'ollama';
import { gate, text, usage } from '../support/messagesApi';
import { choose, press, tabTo } from './byKeyboard';
import { expect, expectListed, type RunningDesktop, requestLog, requestRow, test } from './desktopTest';

const rows = (page: Page) => requestRow(page, /./).filter({ has: page.getByRole('gridcell') });
const details = (page: Page) => page.getByRole('complementary', { name: 'Request details' });
const clipboard = (desktop: RunningDesktop) => desktop.app.evaluate(({ clipboard: board }) => board.readText());

/** The next dialog that asks for a file's name is answered with this one. */
async function saveAs(desktop: RunningDesktop, filePath: string): Promise<void> {
  await desktop.app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath: chosen });
  }, filePath);
}

const fileText = (file: string) => readFile(file, 'utf8').catch(() => '');

async function openRequests(desktop: RunningDesktop) {
  const page = await desktop.window();
  const client = new Ollama({ host: await desktop.url() });
  const ask = (content: string, model = 'sonnet') => client.chat({ model, messages: [{ role: 'user', content }] });
  await page.keyboard.press('Control+2');
  return { page, client, ask };
}

test('requests are copied, saved, read in all tabs, and the details are made wider', async ({ desktop, api, home }) => {
  const { page, ask } = await openRequests(desktop);
  api.setDefaultAnswer(text('Yes.'));
  await ask('One?');
  await ask('Two?');
  await expect(rows(page)).toHaveCount(2);
  await tabTo(page, requestLog(page));
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(details(page)).toContainText('One?');

  const more = details(page).getByRole('button', { name: 'More for this request' });
  await choose(page, more, 'Copy as curl');
  await expect.poll(() => clipboard(desktop)).toMatch(/^curl /);
  await choose(page, more, 'Copy as JSON');
  await expect.poll(() => clipboard(desktop)).toMatch(/^\{/);
  const [one, all] = [path.join(home, 'one.har'), path.join(home, 'all.har')];
  await saveAs(desktop, one);
  await choose(page, more, 'Export as HAR…');
  await expect.poll(() => fileText(one)).toContain('"log"');
  await saveAs(desktop, all);
  await choose(page, page.getByRole('button', { name: 'More actions' }), /^Export these as HAR/);
  await expect.poll(() => fileText(all)).toContain('"log"');
  expect(JSON.parse(await fileText(all)).log.entries).toHaveLength(2);

  await tabTo(page, details(page).getByRole('tab', { selected: true }));
  for (const name of ['Sent / Received', 'Timing', 'Tokens', 'Said']) {
    await page.keyboard.press('ArrowRight');
    const tab = details(page).getByRole('tab', { name });
    await expect(tab).toBeFocused();
    await expect(tab).toHaveAttribute('aria-selected', 'true');
  }

  const edge = details(page).getByRole('separator', { name: 'Width of the details' });
  const before = (await details(page).boundingBox())?.width ?? 0;
  await press(page, edge, 'ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(async () => (await details(page).boundingBox())?.width).toBe(before + 48);
  await expect(edge).toHaveAttribute('aria-valuenow', String(before + 48));
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await details(page).boundingBox())?.width).toBe(before + 24);
  await press(page, details(page).getByRole('button', { name: 'Close details' }));
  await expect(details(page)).toBeHidden();
  await expect(requestLog(page)).toBeFocused();
});

test('the list is filtered, its chips removed, paused, followed and cleared', async ({ desktop, api }) => {
  const { page, client, ask } = await openRequests(desktop);
  api.setDefaultAnswer(text('Yes.'));
  await ask('One?');
  await ask('Two?', 'haiku');
  await client.list();
  await expect(rows(page)).toHaveCount(2);

  const filter = page.getByRole('button', { name: 'Filter', exact: true });
  const chips = page.getByRole('list', { name: 'Filters' });
  await choose(page, filter, 'Model', /haiku/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(filter).toBeFocused();
  await expect(rows(page)).toHaveCount(1);
  await press(page, chips.getByRole('button', { name: /^Remove the filter model/ }));
  await expect(requestLog(page)).toBeFocused();
  await expect(rows(page)).toHaveCount(2);
  await choose(page, filter, 'API key', 'Without a key');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await press(page, page.getByRole('button', { name: 'Failures' }), 'Space');
  await expect(rows(page)).toHaveCount(0);
  const ofKey = chips.getByRole('button', { name: /^Remove the filter key/ });
  await press(page, ofKey);
  await expect(ofKey).toHaveCount(0);
  await expect(chips.getByRole('button', { name: /^Remove the filter outcome/ })).toBeFocused();
  await press(page, chips.getByRole('button', { name: 'Clear filters' }));
  await expect(page.getByRole('searchbox', { name: 'Search all requests' })).toBeFocused();
  await expect(rows(page)).toHaveCount(2);

  await tabTo(page, requestLog(page));
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menu', { name: 'Request' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(chips).toBeVisible();
  await press(page, chips.getByRole('button').first());
  await expect(chips).toBeHidden();

  await press(page, page.getByRole('button', { name: 'Pause' }), 'Space');
  await ask('Three?');
  await press(page, page.getByRole('button', { name: 'Resume' }), 'Space');
  await expect(rows(page)).toHaveCount(3);

  // More than the list has room for.
  await Promise.all(Array.from({ length: 50 }, (_, index) => ask(`No model ${index}`, 'none').catch(() => undefined)));
  await expectListed(page, 53);
  await tabTo(page, requestLog(page));
  await page.keyboard.press('End');
  await expect(requestRow(page, /One\?/)).toHaveAttribute('aria-selected', 'true');
  await ask('Four?');
  await ask('Five?');
  await press(page, page.getByRole('button', { name: '2 new requests' }));
  await expect(page.getByRole('button', { name: /new requests?$/ })).toBeHidden();
  await expect(rows(page).first()).toContainText('Five?');

  const polls = page.getByRole('button', { name: /1 poll/ });
  await press(page, polls);
  await expect(polls).toHaveAttribute('aria-expanded', 'true');
  await press(page, page.getByRole('button', { name: /GET \/api\/tags/ }));
  await expect(details(page)).toContainText('This request asked no model');
  await press(page, page.getByRole('button', { name: 'Overview' }), 'Space');
  await expect(page.getByRole('complementary', { name: 'Today and active conversations' })).toBeHidden();

  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(rows(page)).toHaveCount(0);
});

test('conversations are renamed, saved, interrupted, ended, deleted, and lead to their requests', async ({
  desktop,
  api,
  home,
}) => {
  const { page, ask } = await openRequests(desktop);
  api.answer(text('With `code`.'));
  await ask('A question for a file');
  await page.keyboard.press('Control+3');
  const list = page.getByRole('listbox', { name: 'Conversations' });
  const reader = page.getByRole('complementary', { name: 'Conversation', exact: true });
  const actions = reader.getByRole('button', { name: 'Actions' });
  await tabTo(page, list);
  await page.keyboard.press('Enter');
  await expect(reader).toContainText('With code.');

  await choose(page, actions, /^Rename/);
  await page.keyboard.type('A title');
  await page.keyboard.press('Enter');
  await expect(reader.getByRole('heading', { name: 'A title' })).toBeVisible();
  const [markdown, json] = [path.join(home, 'a.md'), path.join(home, 'a.json')];
  await saveAs(desktop, markdown);
  await choose(page, actions, 'Export as Markdown…');
  await expect.poll(() => fileText(markdown)).toContain('## Claude\n\nWith `code`.');
  await saveAs(desktop, json);
  await choose(page, actions, 'Export as JSON…');
  await expect.poll(() => fileText(json)).toContain('"title": "A title"');
  await choose(page, actions, 'Copy its id');
  await expect.poll(() => clipboard(desktop)).toMatch(/^conv_/);
  await press(page, reader.getByRole('button', { name: 'Copy the conversation' }));
  await expect.poll(() => clipboard(desktop)).toContain('# A title');
  await press(page, reader.getByRole('button', { name: 'Copy this message' }).last());
  await expect.poll(() => clipboard(desktop)).toBe('With `code`.');
  await choose(page, actions, 'End its process');
  await expect(reader).not.toContainText('idle');

  await choose(page, actions, 'Show its requests');
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText('conversation');
  await tabTo(page, requestLog(page));
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await choose(page, details(page).getByRole('button', { name: 'More for this request' }), 'Go to conversation');
  await expect(reader.getByRole('heading', { name: 'A title' })).toBeVisible();

  const never = gate();
  api.answer(text('It begins'), never);
  const answer = ask('A long story').catch(() => undefined);
  await press(page, list, 'Home');
  await expect(list.getByRole('option', { selected: true })).toContainText('A long story');
  await page.keyboard.press('Enter');
  await expect(reader).toContainText('It begins');
  await press(page, reader.getByRole('button', { name: 'Interrupt' }));
  await answer;
  await expect(reader.getByRole('button', { name: 'Interrupt' })).toHaveCount(0);
  await expect(reader.getByRole('region', { name: 'Messages' })).toBeFocused();

  await choose(page, actions, /^Delete/);
  await page.keyboard.press('Enter');
  await expect(list.getByRole('option')).toHaveCount(1);
  await press(page, page.getByRole('button', { name: 'Delete all conversations' }));
  await press(page, page.getByRole('dialog').getByRole('button', { name: 'Delete all' }));
  await expect(list).toHaveCount(0);
});

test('usage is shown for another period, group and measure, by bar and by table, and saved', async ({
  desktop,
  api,
  home,
}) => {
  api.setDefaultAnswer(text('Hello'), usage({ input: 7, output: 30 }));
  const { page, ask } = await openRequests(desktop);
  await ask('One?');
  await page.keyboard.press('Control+4');
  const period = page.getByRole('group', { name: 'Period' });
  for (const [name, chart] of [
    ['Hour', /^Cost by minute and model/],
    ['Week', /^Cost by day and model/],
    ['Month', /^Cost by day and model/],
    ['Day', /^Cost by hour and model/],
  ] as const) {
    await press(page, period.getByRole('button', { name }));
    await expect(period.getByRole('button', { name })).toHaveAttribute('aria-pressed', 'true');
    await expect(page.getByRole('group', { name: chart })).toBeVisible();
  }
  // The keys of the browser's own list of choices.
  await press(page, page.getByLabel('Measure'), 'ArrowDown');
  await expect(page.getByRole('group', { name: /^Output tokens by hour and model/ })).toBeVisible();
  await press(page, page.getByLabel('Groups'), 'ArrowDown');
  const chart = page.getByRole('group', { name: /^Output tokens by hour and client/ });
  await expect(page.getByRole('list', { name: 'Output tokens by group' })).toContainText('30');
  await press(page, chart, 'Home');
  for (let hour = 0; hour < new Date().getHours(); hour += 1) await page.keyboard.press('ArrowRight');
  await expect(page.getByText(/^\d\d:00–\d\d:00: 30 tokens$/)).toBeAttached();

  const usageAs = page.getByRole('group', { name: 'Usage as' });
  await press(page, usageAs.getByRole('button', { name: 'Table' }));
  await expect(page.getByRole('row', { name: /^Total/ })).toContainText('30');
  await press(page, usageAs.getByRole('button', { name: 'Chart' }));
  await expect(chart).toBeVisible();
  const file = path.join(home, 'usage.csv');
  await saveAs(desktop, file);
  await press(page, page.getByRole('button', { name: 'Export CSV' }));
  await expect.poll(() => fileText(file)).toMatch(/from,to,group/);
});
