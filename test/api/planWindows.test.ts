/** What is left of the plan, from the API's headers through the real CLI to the window, `/metrics` and `/v1/quota-stats`. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeFolder, scratchFolder } from '../support/cli';
import { httpError, rateLimits, text, usage } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

const RESET = Math.floor(Date.now() / 1000) + 3600;
const ISO = new Date(RESET * 1000).toISOString();

let home: string;
let app: TestApp | undefined;

beforeEach(async () => {
  home = await scratchFolder();
});
afterEach(async () => {
  await app?.stop();
  await removeFolder(home);
});

async function quotaStats({ url }: TestApp) {
  const { status, text: body } = await send(`${url}/v1/quota-stats`);
  return { status, body: JSON.parse(body) };
}

test('the windows are in the contract, the metrics and the quota statistics, also after a restart', async () => {
  app = await startTestApp({ home, account: 'subscription', isAnthropicsApi: true });
  expect((await quotaStats(app)).body).toMatchObject({
    providers: { claude: { credential_count: 1, active_count: 1, total_requests: 0, quota_groups: {} } },
  });

  app.api.answer(
    text('Yes.'),
    usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 5 }),
    rateLimits({ fiveHour: 0.28, fiveHourReset: RESET, sevenDay: 0.5, sevenDayReset: RESET + 1 }),
  );
  const body = JSON.stringify({ model: 'sonnet', stream: false, messages: [{ role: 'user', content: 'Hello?' }] });
  expect((await send(`${app.url}/api/chat`, { body })).status).toBe(200);
  await expect.poll(async () => (app ? (await quotaStats(app)).body.summary.total_requests : 0)).toBe(1);

  const groups = {
    five_hour: { title: '5-hour limit', remaining_percent: 72, reset_time: ISO },
    seven_day: { title: 'Weekly limit', remaining_percent: 50, reset_time: expect.any(String) },
  };
  expect(await quotaStats(app)).toMatchObject({
    status: 200,
    body: {
      providers: {
        claude: {
          total_requests: 1,
          tokens: { input_cached: 100, input_uncached: 27, output: 5 },
          approx_cost: expect.any(Number),
          payer: 'Claude plan',
          billing: 'plan',
          quota_groups: groups,
        },
      },
      summary: { total_requests: 1, total_tokens: 132 },
    },
  });
  const windows = [
    { name: 'five_hour', used: 0.28, resetsAt: RESET * 1000 },
    { name: 'seven_day', used: 0.5, resetsAt: (RESET + 1) * 1000 },
  ];
  expect(app.core.snapshot().planWindows).toMatchObject(windows);

  await app.stop();
  app = await startTestApp({ home, account: 'subscription', isAnthropicsApi: true });
  expect(app.core.snapshot().planWindows).toMatchObject(windows);
  expect((await quotaStats(app)).body.providers.claude.quota_groups).toEqual(groups);
  const { text: metrics } = await send(`${app.url}/metrics`);
  expect(metrics).toContain('claudacity_rate_limit_utilization_ratio{window="five_hour"} 0.28');
});

test('a used-up plan is an exhausted account', async () => {
  app = await startTestApp({ home, account: 'subscription', isAnthropicsApi: true });
  const limits = rateLimits({ status: 'rejected', fiveHour: 1, fiveHourReset: RESET, sevenDayReset: RESET + 1 });
  app.api.setDefaultAnswer(
    httpError(429, 'rate_limit_error', 'Limit.', limits.kind === 'headers' ? limits.headers : {}),
  );
  const body = JSON.stringify({ model: 'sonnet', stream: false, messages: [{ role: 'user', content: 'Hello?' }] });
  const { status, headers } = await send(`${app.url}/api/chat`, { body });
  expect([status, Number(headers['retry-after']) > 3000]).toEqual([429, true]);
  expect((await quotaStats(app)).body.providers.claude).toMatchObject({
    active_count: 0,
    exhausted_count: 1,
    quota_groups: { five_hour: { remaining_percent: 0, reset_time: ISO } },
  });
});
