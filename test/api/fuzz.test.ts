/** The short form of `npm run test:fuzz`. A seed that fails is repeated with `npm run test:fuzz -- --bodies 1500 --seed N`. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fuzz } from '../fuzz/run';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ settings: { maxProcesses: 4 } });
});
afterAll(() => app.stop());

const BODIES = 1_500;
const seed = Date.now() % 1_000_000;

test(`what is malformed is refused in the dialect of its path, and never the server's fault (seed ${seed})`, async () => {
  const { findings, appFaults, sent, asked, statuses } = await fuzz(app, { bodies: BODIES, seed });
  expect([...findings, ...appFaults]).toEqual([]);
  expect(sent).toBe(BODIES);
  // Most is refused, and something is answered: else it would be looking at something other than the dialects.
  expect(statuses.get(400)).toBeGreaterThan(BODIES / 2);
  expect(asked).toBeGreaterThan(0);
}, 240_000);
