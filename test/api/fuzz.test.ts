/** A short run of `npm run test:fuzz`, always with the same requests: others are that command's, which chooses a seed each time. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fuzz } from '../fuzz/run';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ settings: { maxProcesses: 4 } });
});
afterAll(() => app.stop());

const BODIES = 1_000;
const SEED = 1;

test('malformed requests are refused in the dialect of their path and cause no server error', async () => {
  const { findings, appFaults, sent, apiRequests, statuses } = await fuzz(app, { bodies: BODIES, seed: SEED });
  expect([...findings, ...appFaults]).toEqual([]);
  expect(sent).toBe(BODIES);
  // Most requests are refused and some reach the model: otherwise the run would not exercise the dialects.
  expect(statuses.get(400)).toBeGreaterThan(BODIES / 2);
  expect(apiRequests).toBeGreaterThan(0);
}, 240_000);
