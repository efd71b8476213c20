/** Who pays is known before the first request, and is who the user has chosen: with the real CLI. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeFolder, scratchFolder, signIn } from '../support/cli';
import { type MessagesApi, text, usage } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp, type TestAppOptions } from '../support/testApp';

let home: string;
let apps: TestApp[];

beforeEach(async () => {
  home = await scratchFolder();
  apps = [];
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.stop()));
  await removeFolder(home);
});

async function start(options: TestAppOptions): Promise<TestApp> {
  const app = await startTestApp({ home, isAnthropicsApi: true, ...options });
  apps.push(app);
  return app;
}

const KEY = { ANTHROPIC_API_KEY: 'sk-ant-of-the-environment' };

async function ask(app: TestApp, messages = [{ role: 'user', content: 'Hello?' }]) {
  app.api.answer(text('Hi'), usage({ output: 2 }));
  const body = { model: 'sonnet', stream: false, messages };
  const { status, headers } = await send(`${app.url}/api/chat`, { body: JSON.stringify(body) });
  expect(status).toBe(200);
  const details = app.core.calls['requests.details'](String(headers['x-request-id']));
  return { path: headers['x-claudacity-path'], payer: details?.payer, billing: details?.billing };
}

/** With which credentials the newest question came to the API. */
function credentials(api: MessagesApi): string {
  const { headers } = api.requests.at(-1) ?? {};
  return String(headers?.['x-api-key'] ?? headers?.authorization);
}

const health = async (app: TestApp) => JSON.parse((await send(`${app.url}/health`)).text).cli;

describe('a subscription and an API key in the environment', () => {
  test('the subscription pays by default, and the key never reaches the CLI', async () => {
    await signIn(home);
    const app = await start({ account: 'signed-out', env: KEY });

    expect(app.core.snapshot().cli).toMatchObject({
      payer: { label: 'Claude Max', billing: 'plan' },
      payChoice: {
        variables: ['ANTHROPIC_API_KEY'],
        using: 'subscription',
        environment: 'API key from the environment, billed by use',
        noticed: false,
      },
    });
    expect(await health(app)).toMatchObject({ payer: 'Claude Max', billing: 'plan' });
    expect(await ask(app)).toMatchObject({ payer: 'Claude Max', billing: 'plan' });
    expect(credentials(app.api)).toBe('Bearer sk-ant-oat01-test');
    expect(app.core.snapshot().usage).toMatchObject({ billedUsd: 0 });
  });

  test('the user can have the key pay instead, and a live conversation pays with it from then on', async () => {
    await signIn(home);
    const app = await start({ account: 'signed-out', env: KEY });
    await ask(app);
    app.core.calls['cli.payWith']('environment');

    expect(app.core.snapshot().cli).toMatchObject({ payChoice: { using: 'environment', noticed: true } });
    const followUp = [
      { role: 'user', content: 'Hello?' },
      { role: 'assistant', content: 'Hi' },
      { role: 'user', content: 'And now?' },
    ];
    expect(await ask(app, followUp)).toEqual({
      path: 'replay',
      payer: 'API key from the environment, billed by use',
      billing: 'use',
    });
    expect(credentials(app.api)).toBe(KEY.ANTHROPIC_API_KEY);
    const { usage: day } = app.core.snapshot();
    expect(day.billedUsd).toBeGreaterThan(0);
    expect(day.billedUsd).toBeLessThan(day.usage.costUsd);
  });
});

test('without a subscription the key pays, and there is nothing to choose', async () => {
  const app = await start({ account: 'signed-out', env: KEY });
  expect(app.core.snapshot().cli.payChoice).toBeUndefined();
  expect(await ask(app)).toMatchObject({ payer: 'API key from the environment, billed by use', billing: 'use' });
  expect(credentials(app.api)).toBe(KEY.ANTHROPIC_API_KEY);
});

test('a key for a gateway is never replaced by the subscription’s token', async () => {
  await signIn(home);
  const app = await start({ account: 'signed-out', env: KEY, isAnthropicsApi: false });
  expect(app.core.snapshot().cli.payChoice).toBeUndefined();
  expect(await ask(app)).toMatchObject({ billing: 'unknown' });
  expect(credentials(app.api)).toBe(KEY.ANTHROPIC_API_KEY);
});
