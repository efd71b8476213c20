/** What is done with all listed requests, by real clients through the real CLI: saved as HAR, followed, filtered by key and conversation. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { z } from 'zod';
import { text, usage } from '../support/messagesApi';
import { expect, expectListed, openPage, type RunningDesktop, requestLog, requestRow, test } from './desktopTest';

/** HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/: what it requires, in its types. Names of its own begin with `_`. */
const Pairs = z.array(z.strictObject({ name: z.string(), value: z.string(), comment: z.string().optional() }));
const Size = z.int().min(-1);
const Duration = z.number().min(-1);
const Message = {
  httpVersion: z.string(),
  cookies: z.array(z.unknown()),
  headers: Pairs,
  headersSize: Size,
  bodySize: Size,
};
const Entry = z.looseObject({
  startedDateTime: z.iso.datetime(),
  time: z.number().min(0),
  request: z.looseObject({
    ...Message,
    method: z.string().min(1),
    url: z.url(),
    queryString: Pairs,
    postData: z.looseObject({ mimeType: z.string(), text: z.string() }).optional(),
  }),
  response: z.looseObject({
    ...Message,
    status: z.int(),
    statusText: z.string(),
    content: z.looseObject({ size: Size, mimeType: z.string(), text: z.string().optional() }),
    redirectURL: z.string(),
  }),
  cache: z.object({}),
  timings: z.looseObject({
    send: z.number().min(0),
    wait: z.number().min(0),
    receive: z.number().min(0),
    blocked: Duration.optional(),
  }),
});
const Har = z.object({
  log: z.looseObject({
    version: z.literal('1.2'),
    creator: z.looseObject({ name: z.string().min(1), version: z.string().min(1) }),
    entries: z.array(Entry),
  }),
});

const SECRET_PART = 'cld_';

const rows = (page: Page) => requestRow(page, /./).filter({ has: page.getByRole('gridcell') });
const details = (page: Page) => page.getByRole('complementary', { name: 'Request details' });
const chips = (page: Page) => page.getByRole('list', { name: 'Filters' });

/** The page with a client without a key, and one with the key `Phone`. */
async function openRequests(desktop: RunningDesktop) {
  const page = await desktop.window();
  const url = await desktop.url();
  const { secret } = await page.evaluate(() => window.claudacity.call('keys.create', { name: 'Phone' }));
  await openPage(page, 'Requests');
  const ollama = new Ollama({ host: url });
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: secret, maxRetries: 0 });
  const ask = (content: string, model = 'sonnet') =>
    ollama.chat({ model, messages: [{ role: 'user' as const, content }] });
  const askByKey = (content: string) =>
    openai.chat.completions.create({ model: 'haiku', messages: [{ role: 'user', content }] });
  return { page, secret, ask, askByKey };
}

test('all listed requests are saved as valid HAR 1.2, without a secret', async ({ desktop, api, home }) => {
  const { page, secret, ask, askByKey } = await openRequests(desktop);
  api.setDefaultAnswer(text('Yes.'), usage({ input: 3, output: 2 }));
  await ask('One?');
  await askByKey('Two?');
  await ask('Three?', 'no-such-model').catch(() => undefined);
  await expect(rows(page)).toHaveCount(3);
  const filePath = path.join(home, 'requests.har');
  await desktop.app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath: chosen });
  }, filePath);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: /^Export these as HAR/ }).click();
  await expect(page.getByText(`Saved 3 requests in ${filePath}`)).toBeVisible();

  const written = await readFile(filePath, 'utf8');
  expect(secret).toContain(SECRET_PART);
  expect(written).not.toContain(secret);
  expect(written).not.toContain(secret.slice(SECRET_PART.length + 8));
  const { entries } = Har.parse(JSON.parse(written)).log;
  expect(entries.map(({ response }) => response.status).sort()).toEqual([200, 200, 404]);
  const byKey = entries.find(({ request }) => request.postData?.text.includes('Two?'));
  expect(byKey?.request.headers.find(({ name }) => name.toLowerCase() === 'authorization')?.value).toMatch(/…|\*|•/);
  expect(byKey?.response.content.text).toContain('Yes.');
});

test('what comes in while an older row is read is counted, and one press leads to it', async ({ desktop, api }) => {
  const { page, ask } = await openRequests(desktop);
  api.setDefaultAnswer(text('Yes.'));
  await ask('The oldest');
  // More than the list has room for.
  await Promise.all(Array.from({ length: 50 }, (_, index) => ask(`No model ${index}`, 'none').catch(() => undefined)));
  await expectListed(page, 51);
  await requestLog(page).press('End');
  const oldest = requestRow(page, /The oldest/);
  await expect(oldest).toBeInViewport();
  const toTop = page.getByRole('button', { name: 'Newest', exact: true });
  await expect(toTop).toBeVisible();

  await ask('One more');
  await expect(page.getByRole('button', { name: '1 new request', exact: true })).toBeVisible();
  await ask('And another');
  await expect(oldest).toBeInViewport();
  await page.getByRole('button', { name: '2 new requests' }).click();
  await expect(requestRow(page, /And another/)).toBeInViewport();
  await expect(page.getByRole('button', { name: /new request|Newest/ })).toBeHidden();
  await ask('Followed again');
  await expect(requestRow(page, /Followed again/)).toBeInViewport();
});

test('the details keep the width that they were given, over a reload of the window', async ({ desktop, api }) => {
  const { page, ask } = await openRequests(desktop);
  api.setDefaultAnswer(text('Yes.'));
  await ask('One?');
  await requestRow(page, /One\?/).click();
  const width = async () => (await details(page).boundingBox())?.width ?? 0;
  const before = await width();
  const edge = await details(page).getByRole('separator', { name: 'Width of the details' }).boundingBox();
  if (!edge) throw new Error('the details have no edge');
  await page.mouse.move(edge.x + edge.width / 2, edge.y + 200);
  await page.mouse.down();
  await page.mouse.move(edge.x - 100, edge.y + 200, { steps: 5 });
  await page.mouse.up();
  await expect.poll(width).toBeGreaterThan(before + 80);
  const after = await width();

  await page.reload();
  await openPage(page, 'Requests');
  await requestRow(page, /One\?/).click();
  await expect.poll(width).toBe(after);
  // No wider than leaves room for the list.
  const again = details(page).getByRole('separator', { name: 'Width of the details' });
  await again.dblclick();
  await expect.poll(width).toBe(before);
});

test('requests are filtered by their key and by their conversation', async ({ desktop, api }) => {
  const { page, ask, askByKey } = await openRequests(desktop);
  api.setDefaultAnswer(text('Yes.'));
  await ask('One?');
  await askByKey('Two?');
  await askByKey('Three?');
  await expect(rows(page)).toHaveCount(3);

  const search = page.getByRole('searchbox', { name: 'Search all requests' });
  await search.fill('key:Phone');
  await search.press('Enter');
  await expect(chips(page).getByRole('listitem').first()).toHaveText('keyPhone');
  await expect(rows(page)).toHaveCount(2);
  await askByKey('Four?');
  await expect(rows(page)).toHaveCount(3);
  await ask('Without a key');
  await expect(rows(page)).toHaveCount(3);
  await chips(page)
    .getByRole('button', { name: /^Remove the filter key: Phone/ })
    .click();
  await expect(rows(page)).toHaveCount(5);

  await openPage(page, 'Conversations');
  await page.getByRole('option', { name: /Two\?/ }).click();
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Show its requests' }).click();
  await expect(chips(page).getByRole('listitem').first()).toContainText('conversation');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('Two?');
  await chips(page)
    .getByRole('button', { name: /^Remove the filter conversation/ })
    .click();
  await expect(rows(page)).toHaveCount(5);
});
