/** What the tray's menu shows and opens, over D-Bus; and a desktop that shows no tray icons. */
import { Ollama } from 'ollama';
import { gate, text, usage } from '../support/messagesApi';
import { expect, openPage, type RunningDesktop, test } from './desktopTest';

test('the menu has the numbers of the day and the last requests, and a click on one opens it', async ({
  desktop,
  api,
}) => {
  const rest = gate();
  api.answer(text('Hel'), rest, text('lo'), usage({ output: 7 }));
  const page = await desktop.window();
  await openPage(page, 'Settings');
  const client = new Ollama({ host: await desktop.url() });
  const answer = client.chat({ model: 'sonnet', messages: [{ role: 'user', content: 'hi' }] });

  const labels = async () => (await desktop.icon.menu()).map(({ label }) => label);
  await expect.poll(labels).toContain('1 answering now');
  await expect.poll(labels).toContainEqual(expect.stringMatching(/^\d\d:\d\d .* · sonnet · waiting$/));
  rest.open();
  await answer;
  const entry = async () => (await labels()).find((label) => / · sonnet · 7 tokens$/.test(label));
  await expect.poll(entry).toBeDefined();
  await expect
    .poll(async () => (await labels()).find((label) => /^Today .+ tokens · \$/.test(label)))
    .not.toMatch(/^Today 0 /);
  await expect.poll(labels).not.toContain('1 answering now');

  await desktop.icon.click((await entry()) ?? '');
  await expect(page.getByRole('navigation').getByRole('button', { name: 'Requests' })).toHaveAttribute(
    'aria-current',
    'page',
  );
  await expect(page.getByRole('complementary', { name: 'Request details' })).toBeVisible();
  await desktop.icon.click('Settings…');
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
});

test('"Restart server" answers at the same address again', async ({ desktop, api }) => {
  api.setDefaultAnswer(text('Hello'));
  const page = await desktop.window();
  await desktop.url();
  await desktop.icon.click('Restart server');
  await expect(page.getByRole('status').first()).toHaveText('Running');
  const client = new Ollama({ host: await desktop.url() });
  expect((await client.list()).models.length).toBeGreaterThan(0);
});

test('without a tray the window says so once, and closing it asks and remembers', async ({ desktop, tray }) => {
  const page = await desktop.window();
  await desktop.url();
  tray.stop();
  await setWindowVisible(desktop, false);
  await setWindowVisible(desktop, true);
  const notice = page.getByRole('region', { name: 'No tray' });
  await notice.getByRole('button', { name: 'OK' }).click();
  await expect(notice).toBeHidden();

  await answerQuestions(desktop, 2, false);
  await closeWindow(desktop);
  await expect.poll(() => questions(desktop)).toBe(1);
  expect(await desktop.windowVisible()).toBe(true);

  await answerQuestions(desktop, 0, true);
  await closeWindow(desktop);
  await expect.poll(() => desktop.windowVisible()).toBe(false);

  await setWindowVisible(desktop, true);
  await expect(notice).toBeHidden();
  await closeWindow(desktop);
  await expect.poll(() => desktop.windowVisible()).toBe(false);
  expect(await questions(desktop)).toBe(1);

  await setWindowVisible(desktop, true);
  await openPage(page, 'Settings');
  await page.getByRole('combobox', { name: 'Closing without a tray' }).selectOption('Quit');
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  const closed = desktop.app.waitForEvent('close');
  await closeWindow(desktop);
  await closed;
});

/** Answers each question from now on with the button, instead of showing it; counts them from 0. */
function answerQuestions(desktop: RunningDesktop, response: number, checkboxChecked: boolean): Promise<void> {
  return desktop.app.evaluate(
    ({ dialog }, answer) => {
      Object.assign(globalThis, { questions: 0 });
      dialog.showMessageBox = async () => {
        Object.assign(globalThis, { questions: Reflect.get(globalThis, 'questions') + 1 });
        return answer;
      };
    },
    { response, checkboxChecked },
  );
}

function questions(desktop: RunningDesktop): Promise<number> {
  return desktop.app.evaluate(() => Reflect.get(globalThis, 'questions'));
}

function closeWindow(desktop: RunningDesktop): Promise<void> {
  return desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
}

function setWindowVisible(desktop: RunningDesktop, visible: boolean): Promise<void> {
  return desktop.app.evaluate(({ BrowserWindow }, shown) => {
    const [window] = BrowserWindow.getAllWindows();
    if (shown) window?.show();
    else window?.hide();
  }, visible);
}
