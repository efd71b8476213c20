/** The owner's further names of models, the default model and the models that are not listed, through all dialects. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
  app.api.setDefaultAnswer(text('Hello'));
});
afterAll(() => app.stop());
beforeEach(() => {
  app.settings.change({ modelAliases: [], defaultModel: '', unlistedModels: [] });
});

const MESSAGES = [{ role: 'user', content: 'hi' }];
const DIALECTS = {
  ollama: { path: '/api/chat', list: '/api/tags', headers: {}, body: { stream: false } },
  openai: { path: '/v1/chat/completions', list: '/v1/models', headers: {}, body: {} },
  responses: { path: '/v1/responses', list: '/v1/models', headers: {}, body: { input: 'hi' } },
  anthropic: {
    ...{ path: '/v1/messages', list: '/v1/models', headers: { 'anthropic-version': '2023-06-01' } },
    body: { max_tokens: 100 },
  },
} as const;
const dialects = Object.entries(DIALECTS);

async function listed(dialect: (typeof DIALECTS)[keyof typeof DIALECTS], key?: string): Promise<string[]> {
  const response = await fetch(app.url + dialect.list, { headers: { ...dialect.headers, ...authorization(key) } });
  const { models, data } = (await response.json()) as { models?: { name: string }[]; data?: { id: string }[] };
  return [...(models ?? []).map(({ name }) => name.replace(/:latest$/, '')), ...(data ?? []).map(({ id }) => id)];
}

/** Resolves with the status and the model that the API was asked for. */
async function ask(dialect: (typeof DIALECTS)[keyof typeof DIALECTS], model: string, key?: string) {
  const before = app.api.requests.length;
  const response = await fetch(app.url + dialect.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...dialect.headers, ...authorization(key) },
    body: JSON.stringify({ model, ...('input' in dialect.body ? {} : { messages: MESSAGES }), ...dialect.body }),
  });
  const body = await response.text();
  return { status: response.status, body, asked: app.api.requests.slice(before).at(-1)?.body.model };
}

function authorization(key?: string): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

test.each(dialects)('a further name is listed first and answers: %s', async (_, dialect) => {
  const { asked } = await ask(dialect, 'haiku');
  app.settings.change({ modelAliases: ['gpt-4o=haiku', 'gone=no-such-model'] });
  const names = await listed(dialect);
  expect(names[0]).toBe('gpt-4o');
  expect(names).not.toContain('gone');
  expect(await ask(dialect, 'gpt-4o')).toMatchObject({ status: 200, asked });
  expect((await ask(dialect, 'gone')).status).toBe(404);
});

test.each(dialects)(
  'a name that stands for no model is answered by the default model alone: %s',
  async (_, dialect) => {
    const unknown = await ask(dialect, 'mistral-large');
    expect([unknown.status, unknown.asked]).toEqual([404, undefined]);
    const { asked } = await ask(dialect, 'haiku');
    app.settings.change({ defaultModel: 'haiku' });
    expect(await ask(dialect, 'mistral-large')).toMatchObject({ status: 200, asked });
    expect(await ask(dialect, 'default')).toMatchObject({ status: 200, asked });
  },
);

test.each(dialects)('a model that is not listed answers when it is named: %s', async (_, dialect) => {
  expect(await listed(dialect)).toContain('haiku');
  app.settings.change({ unlistedModels: ['haiku'] });
  const names = await listed(dialect);
  expect(names).not.toContain('haiku');
  expect(names).toContain('sonnet');
  expect((await ask(dialect, 'haiku')).status).toBe(200);
});

test.each(dialects)(
  'a key reaches neither the default model nor a further name beyond its models: %s',
  async (_, dialect) => {
    const { secret, apiKey } = await app.core.calls['keys.create']({
      name: 'Phone',
      models: ['haiku', 'no-such-model'],
    });
    try {
      app.settings.change({ defaultModel: 'sonnet', modelAliases: ['big=sonnet', 'small=haiku'] });
      const names = await listed(dialect, secret);
      expect(names).toContain('small');
      expect(names).not.toContain('big');
      expect((await ask(dialect, 'small', secret)).status).toBe(200);
      for (const model of ['big', 'mistral-large', 'no-such-model', 'default'])
        expect((await ask(dialect, model, secret)).status).toBe(404);
    } finally {
      await app.core.calls['keys.delete'](apiKey.id);
    }
  },
);

test('the window gets all models, the unlisted ones included', async () => {
  app.settings.change({ unlistedModels: ['haiku'], modelAliases: ['small=haiku'] });
  const models = await app.core.calls['models.all']();
  expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining(['haiku', 'small', 'sonnet']));
});
