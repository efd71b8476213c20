/** The usage reports of the demo: as many clients, models and days as a busy month has. */
import type { PlanHistory, UsageQuery, UsageReport, UsageSums } from '../../../app/shared/contract';
import { addSums, NO_SUMS } from '../../../app/shared/reports/usageReport';
import { periodAt } from '../../../app/store/usageReports/periods';

const GROUPS: Readonly<
  Record<UsageQuery['group'], readonly (readonly [group: string, label: string, share: number])[]>
> = {
  model: [
    ['claude-opus-5', 'claude-opus-5', 0.46],
    ['claude-sonnet-5-5', 'claude-sonnet-5-5', 0.41],
    ['claude-haiku-5', 'claude-haiku-5', 0.13],
  ],
  client: [
    ['Open WebUI', 'Open WebUI', 0.38],
    ['Continue', 'Continue', 0.2],
    ['Claude Code', 'Claude Code', 0.13],
    ['openai-python', 'openai-python', 0.09],
    ['Home Assistant', 'Home Assistant', 0.07],
    ['ollama-js', 'ollama-js', 0.05],
    ['n8n', 'n8n', 0.04],
    ['curl', 'curl', 0.03],
    ['a-very-long-client-name-of-somebody/2.0', 'a-very-long-client-name-of-somebody/2.0', 0.01],
  ],
  key: [
    ['', 'Without a key', 0.6],
    ['k1', 'Phone', 0.3],
    ['k2', 'Container on the server in the cellar', 0.1],
  ],
  account: [
    ['', 'This computer’s sign-in', 0.8],
    ['second', 'Work', 0.2],
  ],
  none: [['', 'All requests', 1]],
};

/** The same numbers each time for the same bucket. */
function noise(seed: number): number {
  const value = Math.sin(seed) * 43_758.5453;
  return value - Math.floor(value);
}

export function demoUsageReport(query: UsageQuery, isEmpty: boolean): UsageReport {
  const now = Date.now();
  const period = periodAt(query.period, query.offset, now);
  const buckets = period.buckets.map(({ startAt, endAt }) => ({
    ...{ startAt, endAt },
    groups: isEmpty || startAt > now ? [] : groupsAt(query.group, startAt, endAt - startAt),
  }));
  const total = buckets.flatMap(({ groups }) => groups).reduce<UsageSums>(addSums, NO_SUMS);
  const before = scaled(total, query.period === 'week' ? 0.81 : 1.24);
  return {
    ...query,
    ...{ startAt: period.startAt, endAt: period.endAt, buckets, total, before },
    groups: GROUPS[query.group].map(([group, label]) => ({ group, label })),
    firstTokenMs: isEmpty ? null : { count: total.requests, p50: 840, p90: 2_310, p99: 9_480 },
    tokensPerSecond: isEmpty ? null : { count: total.requests, p50: 71, p90: 38, p99: 9.4 },
    notStored: query.period === 'month' ? 3_412 : 0,
    firstUseAt: isEmpty ? null : now - 90 * 86_400_000,
  };
}

function groupsAt(group: UsageQuery['group'], startAt: number, length: number) {
  const hours = length / 3_600_000;
  const hour = new Date(startAt).getHours();
  const weekend = [0, 6].includes(new Date(startAt).getDay());
  const day = hours > 2 ? 1 : Math.max(0.14, Math.sin(((hour - 6) / 15) * Math.PI));
  const activity = day * (weekend ? 0.3 : 1) * (0.45 + noise(startAt / 1e7));
  return GROUPS[group].flatMap(([name, , share], index) => {
    const requests = Math.round(
      (hours < 0.1 ? 3 : hours * 31) * activity * share * (0.5 + noise(startAt / 1e6 + index * 7.3)),
    );
    if (requests === 0) return [];
    const usage = {
      input: requests * 410,
      cacheRead: requests * 21_400,
      cacheWrite: requests * 2_150,
      output: requests * 640,
      thinking: 0,
      costUsd: requests * 0.021 * (index === 0 ? 1.6 : 1),
    };
    return [{ group: name, requests, failed: Math.round(requests * 0.02), usage, billedUsd: 0 }];
  });
}

function scaled({ requests, failed, usage }: UsageSums, by: number): UsageSums {
  const entries = Object.entries(usage).map(([kind, count]) => [kind, Math.round(count * by * 1e4) / 1e4]);
  return { requests: Math.round(requests * by), failed, usage: Object.fromEntries(entries), billedUsd: 0 };
}

const HOUR_MS = 3_600_000;

export function demoPlanHistory(fromAt: number, toAt: number): PlanHistory[] {
  const series = (name: string, title: string, span: number, step: number): PlanHistory => {
    const points: PlanHistory['points'] = [];
    for (let start = fromAt; start < Math.min(toAt, Date.now()); start += span) {
      const reach = 0.25 + 0.7 * noise(start / 1e7);
      for (let at = start; at < Math.min(start + span, Date.now()); at += step)
        points.push({ at, used: Math.round(100 * reach * ((at - start) / span) ** 0.8) / 100, resetsAt: start + span });
    }
    return { accountId: '', account: 'This computer’s sign-in', name, title, points };
  };
  return [
    series('five_hour', '5-hour limit', 5 * HOUR_MS, HOUR_MS / 2),
    series('seven_day', 'Weekly limit', 5.2 * 24 * HOUR_MS, 4 * HOUR_MS),
  ];
}
