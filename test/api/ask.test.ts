/** Questions of the window itself, with the real CLI: they are answered, recorded and counted like those of programs. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { httpError, text, usage } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeEach(async () => {
  app = await startTestApp();
});
afterEach(() => app.stop());

const turns = () => app.core.topics.read(['asks']).asks.turns;
const lastPhase = () => turns().at(-1)?.phase;

test('an answer and its follow-up stream into the state, and count in the log, the usage and its report', async () => {
  app.api.answer(text('Yes', ', here.'), usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 5 }));
  const id = app.core.calls['ask.start']({ model: 'sonnet', text: 'Are you there?' });
  expect(() => app.core.calls['ask.start']({ model: 'sonnet', text: 'And now?' })).toThrow('Another question');
  await expect.poll(lastPhase, { timeout: 20_000 }).toBe('done');
  expect(turns()).toMatchObject([{ id, question: 'Are you there?', answer: 'Yes, here.', output: 5, error: null }]);

  app.api.answer(text('Still.'), usage({ input: 3, cacheRead: 200, cacheWrite: 10, output: 4 }));
  app.core.calls['ask.start']({ model: 'sonnet', text: 'Still?' });
  await expect.poll(lastPhase, { timeout: 20_000 }).toBe('done');
  expect(JSON.stringify(app.api.requests.at(-1)?.body)).toContain('Are you there?');

  app.api.answer(text('Hi'), usage({ input: 1, cacheRead: 10, cacheWrite: 2, output: 3 }));
  const body = JSON.stringify({ model: 'sonnet', stream: false, messages: [{ role: 'user', content: 'Hello?' }] });
  expect((await send(`${app.url}/api/chat`, { body })).status).toBe(200);

  await expect.poll(() => app.core.snapshot().usage.requests).toBe(3);
  expect(app.core.calls['requests.details'](id)).toMatchObject({
    ...{ client: 'Claudacity', phase: 'done', outcome: 'answered', served: 'new', accountId: '' },
    firstTokenMs: expect.any(Number),
  });
  const { usage: day } = app.core.snapshot().usage;
  expect(day).toMatchObject({ input: 11, cacheRead: 310, cacheWrite: 32, output: 12 });
  for (const period of ['hour', 'day', 'week', 'month'] as const) {
    const report = app.core.calls['usage.query']({ period, offset: 0, group: 'client' });
    expect(report.total).toMatchObject({ requests: 3, failed: 0, usage: day });
    expect(report.groups.map(({ label }) => label)).toContain('Claudacity');
  }
  await expect.poll(() => app.core.calls['home.query']()).toMatchObject({ hasAsked: true, hasConnected: true });
});

test('an error comes in words, and counts as a failure', async () => {
  app.api.answer(httpError(400, 'invalid_request_error', 'prompt is too long'));
  app.core.calls['ask.start']({ model: 'sonnet', text: 'Hello?' });
  await expect.poll(lastPhase, { timeout: 20_000 }).toBe('failed');
  expect(turns()[0]?.error).toEqual(expect.stringMatching(/\w+/));
  await expect.poll(() => app.core.calls['home.query']().lastFailures.length).toBe(1);
  expect(app.core.snapshot().usage).toMatchObject({ requests: 1, failed: 1 });
});
