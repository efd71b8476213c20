/** Every request is answered by its own model, although spare processes are prepared for the model of an earlier request. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ask, user } from '../support/conversation';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

const SOON = { timeout: 30_000 };

/** Asks with a system prompt of its own. Returns the model that the API was asked for, and the one that is recorded. */
async function modelsOf(model: string, system: string) {
  const before = app.api.requests.length;
  expect((await ask(app, [{ role: 'system', content: system }, user('Hello')], { model })).status).toBe(200);
  const [row] = app.core.snapshot().requests;
  const details = app.core.calls['requests.details'](row?.id ?? '');
  return { asked: app.api.requests[before]?.body.model, recorded: details?.resolvedModel };
}

/** Waits until processes are prepared for the system prompts that were asked for last. */
async function sparesAreReady(): Promise<void> {
  await expect.poll(() => app.core.snapshot().spares, SOON).toBe(3);
}

test.each([
  ['haiku', 'default'],
  ['haiku', 'sonnet'],
  ['default', 'haiku'],
  ['sonnet', 'opus'],
])('after %s with the same system prompt, %s is answered by its own model', async (first, second) => {
  const system = `You follow ${first} with ${second}.`;
  const alone = await modelsOf(second, 'You are alone.');
  await modelsOf(first, system);
  await sparesAreReady();

  const after = await modelsOf(second, system);

  expect(after).toEqual(alone);
  expect(after.asked).toBe(after.recorded);
});
