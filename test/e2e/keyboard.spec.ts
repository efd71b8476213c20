/** What the specs of the pages do by mouse, without one: each key goes to what has the focus. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Ollama } from 'ollama';
import { leftoverProcesses } from '../support/cli';
import { gate, httpError, text } from '../support/messagesApi';
import { controlsOutOfReach, cutTexts, press, tabTo } from './byKeyboard';
import { expect, requestRow, test } from './desktopTest';

test('every page is reached from the rail, and the server is stopped and started', async ({ desktop }) => {
  const page = await desktop.window('Home');
  await desktop.url();
  const rail = page.getByRole('navigation', { name: 'Pages' });
  for (const title of ['Requests', 'Conversations', 'Usage', 'Connect', 'Settings', 'Home']) {
    await press(page, rail.getByRole('button', { name: title }));
    await expect(page.getByRole('main', { name: title })).toBeVisible();
    await expect(rail.getByRole('button', { name: title })).toHaveAttribute('aria-current', 'page');
  }
  const header = page.getByRole('banner');
  await press(page, header.getByRole('button', { name: 'Stop' }));
  await expect(header.getByRole('status')).toHaveText('Stopped');
  await press(page, header.getByRole('button', { name: 'Start' }), 'Space');
  await expect(header.getByRole('status')).toHaveText('Running');
});

test('a question to Claude is asked and stopped by its button', async ({ desktop, api }) => {
  const half = gate();
  api.answer(text('The first half'), half);
  const page = await desktop.window('Home');
  await desktop.url();
  await tabTo(page, page.getByRole('textbox', { name: 'Question' }));
  await page.keyboard.type('A long story, please.');
  await page.keyboard.press('Enter');
  const conversation = page.getByRole('list', { name: 'Conversation' });
  await expect(conversation.getByText('The first half')).toBeVisible();
  await press(page, page.getByRole('region', { name: 'Running now' }).getByRole('button', { name: /^Stop/ }));
  await expect(page.getByText('Nothing is being answered.')).toBeVisible();
  half.open();
});

test('what Home shows leads to its page, and a question goes to another model, in a new conversation', async ({
  desktop,
  api,
}) => {
  const page = await desktop.window('Home');
  const client = new Ollama({ host: await desktop.url() });
  const ask = (content: string) => client.chat({ model: 'sonnet', messages: [{ role: 'user', content }] });
  // What is refused once is asked again.
  api.setDefaultAnswer(httpError(400, 'invalid_request_error', 'No.'));
  await ask('Fails').catch(() => undefined);
  api.setDefaultAnswer(text('OK'));
  await press(page, page.getByRole('list', { name: 'Failed today, by reason' }).getByRole('button').first());
  await expect(requestRow(page, /Fails/)).toBeVisible();
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText('outcome');

  await page.keyboard.press('Control+1');
  const half = gate();
  api.answer(text('Half'), half);
  const running = ask('How long?');
  await press(
    page,
    page.getByRole('region', { name: 'Running now' }).getByRole('button', { name: 'How long?', exact: true }),
  );
  await expect(page.getByRole('complementary', { name: 'Request details' })).toContainText('Half');
  half.open();
  await running;

  await page.keyboard.press('Control+1');
  const model = page.getByRole('combobox', { name: 'Model' });
  const before = await model.inputValue();
  await press(page, model, 'ArrowDown');
  await expect(model).not.toHaveValue(before);
  await tabTo(page, page.getByRole('textbox', { name: 'Question' }));
  await page.keyboard.type('Hello?');
  await press(page, page.getByRole('region', { name: 'Ask Claude' }).getByRole('button', { name: 'Ask', exact: true }));
  await expect(page.getByRole('list', { name: 'Conversation' })).toContainText('OK');
  await press(page, page.getByRole('button', { name: 'New conversation' }));
  await expect(page.getByRole('list', { name: 'Conversation' })).toHaveCount(0);
  await press(page, page.getByRole('button', { name: 'All usage' }));
  await expect(page.getByRole('main', { name: 'Usage' })).toBeVisible();
});

test('a request is stopped and asked again', async ({ desktop, api }) => {
  const page = await desktop.window();
  const client = new Ollama({ host: await desktop.url() });
  const never = gate();
  api.answer(text('Hel'), never);
  const stopped = client
    .chat({ model: 'sonnet', messages: [{ role: 'user', content: 'One?' }] })
    .catch(() => undefined);
  await expect(requestRow(page, /One\?/)).toBeVisible();
  await page.keyboard.press('Control+2');
  await tabTo(page, page.getByRole('grid', { name: 'Request log' }));
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const details = page.getByRole('complementary', { name: 'Request details' });
  await expect(details).toContainText('Hel');
  await press(page, details.getByRole('button', { name: 'Stop' }));
  await stopped;
  await expect(details).toContainText('you stopped it');
  await expect(details.getByRole('tabpanel')).toBeFocused();
  api.answer(text('Now in full.'));
  await press(page, details.getByRole('button', { name: 'Ask again' }));
  await expect(details).toContainText('Now in full.');
  await expect(page.getByRole('grid', { name: 'Request log' })).toBeFocused();
});

test('no control of any page is out of reach, and no text is cut, in a narrow window and at a zoom of 200 % either', async ({
  desktop,
  api,
}) => {
  api.setDefaultAnswer(text('See `code` and **words**.'));
  const page = await desktop.window('Home');
  const client = new Ollama({ host: await desktop.url() });
  await client.chat({ model: 'sonnet', messages: [{ role: 'user', content: 'One?' }] });
  await client.list();
  const outOfReach = async (width: number) => {
    await desktop.app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setSize(size, 900),
      width,
    );
    await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width);
    return [...(await controlsOutOfReach(page)), ...(await cutTexts(page))];
  };
  const cutAtZoom = async () => {
    const zoom = (factor: number) =>
      desktop.app.evaluate(
        ({ BrowserWindow }, by) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(by),
        factor,
      );
    await zoom(2);
    await expect.poll(() => page.evaluate(() => innerWidth)).toBe(360);
    const found = await cutTexts(page);
    await zoom(1);
    return found;
  };
  for (const [key, title] of [
    ['1', 'Home'],
    ['2', 'Requests'],
    ['3', 'Conversations'],
    ['4', 'Usage'],
    ['5', 'Connect'],
    ['6', 'Settings'],
  ] as const) {
    await page.keyboard.press(`Control+${key}`);
    await expect(page.getByRole('main', { name: title })).toBeVisible();
    expect(await outOfReach(1280), title).toEqual([]);
    expect(await outOfReach(720), `${title}, narrow`).toEqual([]);
    expect(await cutAtZoom(), `${title}, zoomed`).toEqual([]);
  }
  await page.keyboard.press('Control+4');
  // The longest times that there are.
  await page.getByRole('region', { name: 'Speed' }).evaluate((section) => {
    for (const cell of section.querySelectorAll('tbody td')) cell.textContent = '59 m 59 s';
  });
  expect(await cutAtZoom(), 'Usage with long times, zoomed').toEqual([]);
  // With what is read beside the list, or in its place where the window is narrow.
  for (const [key, list, read] of [
    [
      '2',
      page.getByRole('grid', { name: 'Request log' }),
      page.getByRole('complementary', { name: 'Request details' }),
    ],
    ['3', page.getByRole('listbox', { name: 'Conversations' }), page.getByRole('region', { name: 'Messages' })],
  ] as const) {
    await page.keyboard.press(`Control+${key}`);
    await tabTo(page, list);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await expect(read).toContainText('words');
    expect(await outOfReach(1280), `${key}, reading`).toEqual([]);
    expect(await outOfReach(720), `${key}, reading, narrow`).toEqual([]);
    expect(await cutAtZoom(), `${key}, reading, zoomed`).toEqual([]);
  }
});

test('the server’s address is copied, and what a banner offers is done', async ({ launch, home }) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const desktop = await launch({ account: 'signed-out', env: { PORT: String(port), BROWSER: '/bin/true' } });
  const page = await desktop.window('Home');
  await press(page, page.getByRole('button', { name: 'Use another port for this run' }));
  const url = await desktop.url();
  expect(url).not.toContain(`:${port}`);
  const copied = () => desktop.app.evaluate(({ clipboard }) => clipboard.readText());
  await press(page, page.getByRole('button', { name: 'Copy address' }));
  await expect.poll(copied).toBe(url);

  await press(page, page.getByRole('alert').getByRole('button', { name: 'Sign in' }));
  const signIn = page.getByRole('region', { name: 'Sign-in' });
  await press(page, signIn.getByRole('button', { name: 'Copy link' }));
  await expect.poll(copied).toMatch(/^https:\/\/\S+\/oauth\/authorize\?/);
  await press(page, signIn.getByRole('button', { name: 'Cancel' }));
  await expect(signIn).toBeHidden();
  await press(page, page.getByRole('alert').getByRole('button', { name: 'Check again' }));
  const logins = async () => (await leftoverProcesses(home)).filter(({ command }) => command.includes('auth login'));
  await expect.poll(logins).toEqual([]);

  await press(page, page.getByRole('button', { name: /^Shortcuts/ }));
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  other.close();
  await once(other, 'close');
});
