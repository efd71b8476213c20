import { Ollama } from 'ollama';
import { gate, text, usage } from '../support/messagesApi';
import { expect, requestRow, test } from './desktopTest';

test('a request is in the log while it streams, and ends with its outcome and tokens', async ({ desktop, api }) => {
  const rest = gate();
  api.answer(text('Hel'), rest, text('lo'), usage({ input: 321, output: 45 }));
  const page = await desktop.window();
  const client = new Ollama({ host: await desktop.url() });
  const messages = [{ role: 'user', content: 'hi' }];
  const stream = await client.chat({ model: 'sonnet', messages, stream: true });

  const row = requestRow(page, /sonnet/);
  await expect(row).toContainText('ollama-js');
  await expect(row).toContainText('answering');

  rest.open();
  let answer = '';
  for await (const part of stream) answer += part.message.content;
  expect(answer).toBe('Hello');
  await expect(row).toContainText('answered');
  await expect(row).toContainText('45');
});

test('a client that hangs up is in the log as one that left', async ({ desktop, api }) => {
  const never = gate();
  api.answer(text('Hel'), never);
  const page = await desktop.window();
  const client = new Ollama({ host: await desktop.url() });
  const messages = [{ role: 'user', content: 'hi' }];
  const stream = await client.chat({ model: 'sonnet', messages, stream: true });
  const row = requestRow(page, /sonnet/);
  await expect(row).toContainText('answering');

  stream.abort();
  await expect(row).toContainText('client left');
});
