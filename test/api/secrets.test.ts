/** Marked keys and tokens, in every place where one can be: none is found in clear in a file of the app, a log line, an error or a metric. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimsToBeKey } from '../../app/keys/secret';
import { removeFolder, scratchFolder } from '../support/cli';
import { httpError } from '../support/messagesApi';
import { type HttpAnswer, send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

/** A text that nothing contains by chance. */
const MARK = 'MaRkEdSeCrEt';
const FOREIGN = `sk-proj-${MARK}0123456789`;
const UNKNOWN = `cld_${MARK}${'x'.repeat(31)}`;
const ENVIRONMENT_KEY = `sk-ant-api03-${MARK}`;

let app: TestApp;
let home: string;
beforeAll(async () => {
  home = await scratchFolder();
  app = await startTestApp({ home, env: { ANTHROPIC_API_KEY: ENVIRONMENT_KEY } });
});
afterAll(async () => {
  await app.stop();
  await removeFolder(home);
});

test('no key and no token is in a file, a log line, an answer or a metric in clear', { timeout: 120_000 }, async () => {
  const made = app.core.calls['keys.create']({ name: 'Mine', inUrl: true, scopes: ['inference', 'metrics'] });
  const revoked = app.core.calls['keys.create']({ name: 'Revoked' });
  app.core.calls['keys.revoke'](revoked.apiKey.id);
  const secrets = [made.secret, revoked.secret, FOREIGN, UNKNOWN];
  const answers: HttpAnswer[] = [];
  const body = (fields: object = {}) =>
    JSON.stringify({
      model: 'sonnet',
      stream: false,
      max_tokens: 50,
      messages: [{ role: 'user', content: 'Hi.' }],
      ...fields,
    });

  for (const secret of secrets) {
    const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;
    const headers = [
      { authorization: `Bearer ${secret}` },
      { 'x-api-key': secret },
      { 'api-key': secret },
      { authorization: basic(`any:${secret}`) },
      { 'user-agent': `program/1 ${secret}` },
      { 'user-agent': secret },
      { 'x-openwebui-chat-id': 'chat', cookie: secret, referer: `http://localhost/${secret}` },
    ];
    for (const header of headers) answers.push(await send(`${app.url}/v1/models`, { headers: header }));
    for (const chat of ['/api/chat', '/v1/chat/completions', '/v1/messages']) {
      answers.push(await send(app.url + chat, { headers: { 'x-api-key': secret }, body: body() }));
      answers.push(await send(`${app.url}/k/${secret}${chat}`, { body: body() }));
      answers.push(await send(app.url + chat, { body: body({ api_key: secret, authorization: `Bearer ${secret}` }) }));
      answers.push(await send(app.url + chat, { body: body({ model: secret }) }));
    }
    for (const url of [
      `/${secret}`,
      `/v1/${secret}/models`,
      `/v1/models?key=${secret}`,
      `/v1/models/${secret}`,
      `/k/${secret}`,
    ]) {
      answers.push(await send(app.url + url));
    }
  }
  // The API quotes the key that it refuses.
  app.api.answer(httpError(401, 'authentication_error', `invalid x-api-key ${ENVIRONMENT_KEY}`));
  answers.push(
    await send(`${app.url}/v1/messages`, { body: body({ messages: [{ role: 'user', content: 'Refused?' }] }) }),
  );
  answers.push(await send(`${app.url}/metrics`), await send(`${app.url}/health`));
  const snapshot = JSON.stringify(app.core.snapshot());
  // Everything is written when the app has ended.
  await app.stop();

  const marks = [MARK, ...[made, revoked].map(({ secret }) => secret.slice(12))];
  const found = (where: string, text: string) =>
    marks.filter((mark) => text.includes(mark)).map((mark) => `${mark} in ${where}`);
  expect(secrets.filter(claimsToBeKey)).toHaveLength(3);
  expect(
    answers.flatMap(({ text, headers }, index) =>
      found(`answer ${index}: ${text.slice(0, 300)}`, text + JSON.stringify(headers)),
    ),
  ).toEqual([]);
  expect(app.log.entries.flatMap((entry) => found('the log', JSON.stringify(entry)))).toEqual([]);
  expect(found('the window', snapshot)).toEqual([]);
  expect(await filesWith(app.dataDir, found)).toEqual([]);
});

async function filesWith(folder: string, found: (where: string, text: string) => string[]): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  expect(files.some((file) => file.endsWith('claudacity.db'))).toBe(true);
  // Latin-1 keeps each byte, so that a mark is found in a binary file, too.
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const));
  return texts.flatMap(([file, content]) => found(file, content));
}
