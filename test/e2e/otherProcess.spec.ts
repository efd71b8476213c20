/** The tray app where a process without a window uses its data folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { statusOutput } from '../../app/command/output';
import { leftoverProcesses } from '../support/cli';
import { commandRunner } from '../support/command';
import { desktopEnvironment } from '../support/desktopEnvironment';
import { storeSelfTest } from '../support/knownSelfTest';
import { gate, type MessagesApi, text } from '../support/messagesApi';
import { electronArgs, electronPath, expect, runApp, test } from './desktopTest';

/** Electron loads it before the app: it notes what each message box says, and presses the button with this number. */
const answerBoxes = (file: string, button: number) => `
  const { dialog } = require('electron');
  const { appendFileSync } = require('node:fs');
  dialog.showMessageBox = async ({ message, signal }) => {
    appendFileSync(${JSON.stringify(file)}, message + '\\n');
    // The box that waits for answers is left alone.
    if (signal) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return { response: ${button} };
  };
  dialog.showErrorBox = (title, content) => appendFileSync(${JSON.stringify(file)}, title + ': ' + content + '\\n');`;

test('beside `claudacity serve`, the app asks, ends it and answers in its place', async ({ api, home, tray }) => {
  const serving = await serve(api, home);
  const more = gate();
  api.answer(text('Hel'), more, text('lo'));
  const answer = fetch(`${serving.url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'sonnet', messages: [{ role: 'user', content: 'Say hello.' }] }),
  });
  await api.waitForRequest(1);
  const boxes = path.join(home, 'boxes.txt');

  const app = await startApp(api, home, answerBoxes(boxes, 0));
  const said = () => readFile(boxes, 'utf8').catch(() => '');
  await expect.poll(said).toContain('Claudacity is running already, without a window.');
  await expect.poll(said).toContain('Waiting for running answers to finish…');
  more.open();
  expect(await (await answer).json()).toMatchObject({ choices: [{ message: { content: 'Hello' } }] });

  const icon = await tray.nextIcon();
  await expect.poll(async () => (await icon.menu())[0]?.label).toMatch(/^Running on /);
  expect(await serving.ended).toMatchObject({ code: 0 });
  const status = await serving.command.json(statusOutput, 'status');
  expect(status).toMatchObject({ running: true, hasWindow: true, pid: app.pid });
  await icon.click('Quit Claudacity');
  expect(await app.ended).toEqual([0, null]);
});

test('the app that is not to end `claudacity serve` ends itself, and so does one that starts at login', async ({
  api,
  home,
}) => {
  const serving = await serve(api, home);
  const boxes = path.join(home, 'boxes.txt');
  const app = await startApp(api, home, answerBoxes(boxes, 1));
  expect(await app.ended).toEqual([0, null]);
  expect(await readFile(boxes, 'utf8')).toBe('Claudacity is running already, without a window.\n');

  expect(await runApp(desktopEnvironment(api, home), ['--hidden'])).toBe(0);
  expect(await serving.command.json(statusOutput, 'status')).toMatchObject({ running: true, hasWindow: false });
  serving.process.kill('SIGTERM');
  expect(await serving.ended).toMatchObject({ code: 0 });
  await expect.poll(() => leftoverProcesses(home)).toEqual([]);
});

/** `claudacity serve`, once it listens. */
async function serve(api: MessagesApi, home: string) {
  await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
  const command = commandRunner(path.resolve('out'), desktopEnvironment(api, home));
  const serving = command.start('serve');
  await expect.poll(() => serving.output.stdout).toMatch(/running on http/);
  return { ...serving, command, url: /running on (\S+)/.exec(serving.output.stdout)?.[1] ?? '' };
}

async function startApp(api: MessagesApi, home: string, script: string) {
  const file = path.join(home, 'answerBoxes.cjs');
  await writeFile(file, script);
  const env = desktopEnvironment(api, home);
  const app = spawn(electronPath(), ['-r', file, ...electronArgs()], { env, stdio: 'ignore', timeout: 50_000 });
  return { pid: app.pid, ended: once(app, 'exit') };
}
