import { Ollama } from 'ollama';
import { leftoverProcesses } from '../support/cli';
import { gate, text } from '../support/messagesApi';
import { expect, test } from './desktopTest';

test('an Ollama client is answered, refused after "Stop server" in the tray, and answered again after "Start server"', async ({
  desktop,
  api,
}) => {
  api.setDefaultAnswer(text('Hello'));
  const ask = async (host: string) => {
    const messages = [{ role: 'user', content: 'hi' }];
    return (await new Ollama({ host }).chat({ model: 'sonnet', messages })).message.content;
  };
  const url = await desktop.url();
  expect(await ask(url)).toBe('Hello');

  await desktop.icon.click('Stop server');
  await expect.poll(async () => (await desktop.icon.menu())[0]?.label).toBe('Stopped');
  await expect(ask(url)).rejects.toThrow('fetch failed');

  await desktop.icon.click('Start server');
  expect(await ask(await desktop.url())).toBe('Hello');
});

test('the tray can be read without its menu: its tooltip says where the server runs', async ({ desktop }) => {
  const url = await desktop.url();
  await expect.poll(() => desktop.icon.tooltip()).toBe(`Claudacity: Running on ${url}`);
});

test('"Copy address" puts what clients need on the clipboard', async ({ desktop }) => {
  const url = await desktop.url();
  await desktop.icon.click('Copy address');
  await expect.poll(() => desktop.app.evaluate(({ clipboard }) => clipboard.readText())).toBe(url);
});

test('quitting from the tray ends the app, the server and every child', async ({ desktop, api, home }) => {
  api.setDefaultAnswer(text('Hello'));
  const client = new Ollama({ host: await desktop.url() });
  await client.chat({ model: 'sonnet', messages: [{ role: 'user', content: 'hi' }] });

  const closed = desktop.app.waitForEvent('close');
  await desktop.icon.click('Quit Claudacity');
  await closed;
  await expect.poll(() => leftoverProcesses(home)).toEqual([]);
});

test('a signal to end is taken as quitting: no child is left', async ({ desktop, home }) => {
  await desktop.url();
  const closed = desktop.app.waitForEvent('close');
  desktop.app.process().kill('SIGTERM');
  await closed;
  await expect.poll(() => leftoverProcesses(home)).toEqual([]);
});

test('quitting lets a running answer end, and refuses new requests meanwhile', async ({ desktop, api }) => {
  const rest = gate();
  api.answer(text('Hel'), rest, text('lo'));
  const url = await desktop.url();
  const ask = { model: 'sonnet', messages: [{ role: 'user', content: 'hi' }] };
  const answer = await new Ollama({ host: url }).chat({ ...ask, stream: true });
  await rest.reached;

  const closed = desktop.app.waitForEvent('close');
  await desktop.icon.click('Quit Claudacity');
  const status = () =>
    fetch(`${url}/api/chat`, { method: 'POST', body: JSON.stringify(ask) }).then((res) => res.status);
  await expect.poll(status).toBe(503);
  rest.open();
  let received = '';
  for await (const part of answer) received += part.message.content;
  expect(received).toBe('Hello');
  await closed;
});
