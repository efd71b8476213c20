import { expect, test } from 'vitest';
import { type Admission, createKeyLimits } from '../../../app/keys/keyLimits';
import type { ApiKey } from '../../../app/shared/access/keys';
import { NO_USAGE, type Usage } from '../../../app/shared/usage';

const KEY: ApiKey = {
  ...{ id: 'k', name: 'Phone', prefix: 'cld_ab12', createdAt: 0, expiresAt: null, revokedAt: null, models: [] },
  ...{
    requestsPerMinute: null,
    tokensPerDay: null,
    usdPerDay: null,
    scopes: ['inference'],
    inUrl: false,
    accountId: null,
  },
  ...{ lastUsedAt: null, lastAddress: '', lastClient: '' },
};

/** 20:00, local time. */
const EVENING = new Date(2026, 10, 26, 20).getTime();

function limits(start = EVENING) {
  const state = { now: start, used: NO_USAGE as Usage };
  return { state, limits: createKeyLimits({ usedToday: () => state.used, now: () => state.now }) };
}

function end(admission: Admission, usage: Usage | null = NO_USAGE): void {
  if (admission.kind === 'admitted') admission.release({ conversation: 'c', served: 'new', usage });
}

test('requests are counted within any 60 seconds, and the refused ones do not count', () => {
  const { state, limits: both } = limits();
  const key = { ...KEY, requestsPerMinute: 2 };
  expect(both.admit(key, false).kind).toBe('admitted');
  state.now += 20_000;
  expect(both.admit(key, false).kind).toBe('admitted');
  state.now += 10_000;
  const refused = { kind: 'limited', message: expect.stringContaining('2 requests a minute'), retryAfterMs: 30_000 };
  expect(both.admit(key, false)).toEqual(refused);
  expect(both.admit({ ...key, id: 'other' }, false).kind).toBe('admitted');
  state.now += 30_000;
  expect(both.admit(key, false).kind).toBe('admitted');
  expect(both.admit(key, false)).toMatchObject({ kind: 'limited', retryAfterMs: 20_000 });
});

test.each([
  {
    limit: { tokensPerDay: 1_000 },
    used: { ...NO_USAGE, input: 400, cacheRead: 500, output: 100 },
    says: '1,000 tokens',
  },
  { limit: { usdPerDay: 1.5 }, used: { ...NO_USAGE, costUsd: 1.5 }, says: '1.5 USD' },
])('a daily limit of $says ends at midnight, and concerns the model alone', ({ limit, used, says }) => {
  const { state, limits: both } = limits();
  state.used = used;
  const message = expect.stringContaining(`“Phone” has used its ${says} for today: the limit ends at midnight`);
  expect(both.admit({ ...KEY, ...limit }, true)).toEqual({ kind: 'limited', message, retryAfterMs: 4 * 3_600_000 });
  expect(both.admit({ ...KEY, ...limit }, false).kind).toBe('admitted');
});

test('running requests reserve what the largest one has used, so that they do not pass the limit together', () => {
  const { state, limits: both } = limits();
  const key = { ...KEY, tokensPerDay: 1_000 };
  end(both.admit(key, true), { ...NO_USAGE, output: 300 });
  state.used = { ...NO_USAGE, output: 300 };
  const running = [1, 2, 3].map(() => both.admit(key, true));
  expect(running.map(({ kind }) => kind)).toEqual(['admitted', 'admitted', 'admitted']);
  expect(both.admit(key, true)).toEqual({
    ...{ kind: 'limited', retryAfterMs: 5_000 },
    message: expect.stringContaining('requests that are being answered'),
  });
  for (const admission of running) end(admission, { ...NO_USAGE, output: 100 });
  expect(both.admit(key, true).kind).toBe('admitted');
});

test('an answer that was cut off counts with its reservation until midnight', () => {
  const { state, limits: both } = limits();
  const key = { ...KEY, tokensPerDay: 9_000 };
  for (const _ of [1, 2]) {
    const admission = both.admit(key, true);
    if (admission.kind !== 'admitted') throw new Error(admission.message);
    admission.release({ conversation: 'c', served: 'new', usage: { ...NO_USAGE, output: null, costUsd: null } });
  }
  expect(both.admit(key, true).kind).toBe('limited');
  state.now += 4 * 3_600_000;
  expect(both.admit(key, true).kind).toBe('admitted');
});

test('a request that was not sent to the model counts for nothing', () => {
  const { limits: both } = limits();
  const key = { ...KEY, usdPerDay: 0.01 };
  for (const _ of [1, 2, 3]) {
    const admission = both.admit(key, true);
    if (admission.kind !== 'admitted') throw new Error(admission.message);
    admission.release({ conversation: null, served: null, usage: null });
  }
});

test('an answer that ends with a tool call counts at the average price until its turn has told the cost', () => {
  const { state, limits: both } = limits();
  const key = { ...KEY, usdPerDay: 0.5 };
  state.used = { ...NO_USAGE, output: 1_000, costUsd: 0.2 };
  end(both.admit(key, true), { ...NO_USAGE, output: 2_000 });
  expect(both.admit(key, true).kind).toBe('limited');
  state.used = { ...NO_USAGE, output: 3_000, costUsd: 0.3 };
  // A follow-up that was admitted before ends the turn.
  const { limits: open } = { limits: createKeyLimits({ usedToday: () => state.used, now: () => state.now }) };
  const followUp = open.admit(key, true);
  end(open.admit(key, true), { ...NO_USAGE, output: 3_000 });
  expect(open.admit(key, true).kind).toBe('limited');
  end(followUp, { ...NO_USAGE, output: 1_000, costUsd: 0.1 });
  expect(open.admit(key, true).kind).toBe('admitted');
});
