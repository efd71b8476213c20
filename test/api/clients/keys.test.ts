/** The packages as programs on another computer use them: with an API key in each place where the package can put one. */
import { networkInterfaces } from 'node:os';
import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CreatedKey } from '../../../app/shared/access/keys';
import { startTestApp, type TestApp } from '../../support/testApp';

/** An address of a network interface, from which requests come as from another computer where the app does not trust its own. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

let app: TestApp;
let key: CreatedKey;
let revoked: CreatedKey;
beforeAll(async () => {
  app = await startTestApp({ env: { HOST: '0.0.0.0' }, settings: { trustOwnAddresses: false } });
  key = app.core.calls['keys.create']({ name: 'Laptop', inUrl: true });
  revoked = app.core.calls['keys.create']({ name: 'Old laptop', inUrl: true });
  app.core.calls['keys.revoke'](revoked.apiKey.id);
});
afterAll(() => app.stop());

/** @param place the path of the key, or nothing. */
const url = (place = '') => `http://${outside}:${app.port}${place}`;
const basic = (secret: string) => ({ Authorization: `Basic ${Buffer.from(`any:${secret}`).toString('base64')}` });
const messages = [{ role: 'user' as const, content: 'Hi.' }];

const ollama = (options: ConstructorParameters<typeof Ollama>[0]) =>
  new Ollama(options).chat({ model: 'sonnet', messages }).then(({ message }) => message.content);
const openai = (options: ConstructorParameters<typeof OpenAI>[0]) =>
  new OpenAI({ maxRetries: 0, ...options }).chat.completions
    .create({ model: 'sonnet', messages })
    .then(({ choices }) => choices[0]?.message.content);
const anthropic = (options: ConstructorParameters<typeof Anthropic>[0]) =>
  new Anthropic({ maxRetries: 0, ...options }).messages
    .create({ model: 'sonnet', max_tokens: 100, messages })
    .then(({ content: [block] }) => (block?.type === 'text' ? block.text : undefined));

/** One way to send a key. */
const WAYS: Record<string, (secret: string) => Promise<string | null | undefined>> = {
  'ollama, Bearer': (secret) => ollama({ host: url(), headers: { Authorization: `Bearer ${secret}` } }),
  'ollama, Basic': (secret) => ollama({ host: url(), headers: basic(secret) }),
  'ollama, path': (secret) => ollama({ host: url(`/k/${secret}`) }),
  'openai, apiKey': (secret) => openai({ baseURL: url('/v1'), apiKey: secret }),
  'openai, Basic': (secret) => openai({ baseURL: url('/v1'), apiKey: 'any', defaultHeaders: basic(secret) }),
  'openai, path': (secret) => openai({ baseURL: url(`/k/${secret}/v1`), apiKey: 'any' }),
  '@anthropic-ai/sdk, apiKey': (secret) => anthropic({ baseURL: url(), apiKey: secret }),
  '@anthropic-ai/sdk, authToken': (secret) => anthropic({ baseURL: url(), apiKey: null, authToken: secret }),
  '@anthropic-ai/sdk, Basic': (secret) => anthropic({ baseURL: url(), apiKey: 'any', defaultHeaders: basic(secret) }),
  '@anthropic-ai/sdk, path': (secret) => anthropic({ baseURL: url(`/k/${secret}`), apiKey: 'any' }),
};

describe.skipIf(outside === undefined)('a key from another computer', () => {
  test.each(Object.entries(WAYS))('%s', async (_name, ask) => {
    expect(await ask(key.secret)).toBe('OK');
    expect(app.core.snapshot().requests[0]).toMatchObject({ keyName: 'Laptop', address: outside });
    await expect(ask(revoked.secret)).rejects.toThrow('“Old laptop” was revoked on');
    await expect(ask('sk-any')).rejects.toThrow();
  });
});

test('Node’s fetch refuses credentials in a URL, so that its packages need a header or the path', async () => {
  await expect(fetch(`http://any:${key.secret}@127.0.0.1:${app.port}/api/tags`)).rejects.toThrow();
});
