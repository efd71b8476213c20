/** A short run of `npm run test:fuzz`. To repeat a failed seed: `npm run test:fuzz -- --bodies 1500 --seed N`. */
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

test(`malformed requests are refused in the dialect of their path and cause no server error (seed ${seed})`, async () => {
  const { findings, appFaults, sent, apiRequests, statuses } = await fuzz(app, { bodies: BODIES, seed });
  expect([...findings, ...appFaults]).toEqual([]);
  expect(sent).toBe(BODIES);
  // Most requests are refused and some reach the model: otherwise the run would not exercise the dialects.
  expect(statuses.get(400)).toBeGreaterThan(BODIES / 2);
  expect(apiRequests).toBeGreaterThan(0);
}, 240_000);
