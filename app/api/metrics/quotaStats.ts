/**
 * `GET /v1/quota-stats`: today's use and what is left of the plan, in the form that CodexBar reads from proxies (its provider "LLM Proxy";
 * the form is that of LLM-API-Key-Proxy). Without the account's address: programs of others may read this.
 */
import type { DayUsage } from '../../shared/contract';
import type { DialectServices, Route } from '../dialect';

export function quotaStatsRoute({
  status,
  accountOf,
  journal,
}: Pick<DialectServices, 'status' | 'accountOf' | 'journal'>): Route {
  return {
    method: 'get',
    path: '/v1/quota-stats',
    // The owner's totals: a key for questions alone does not see them.
    scope: 'metrics',
    docs: {
      summary: 'Today’s requests, tokens and cost, and what is left of the plan',
      description:
        'In the form that CodexBar reads (provider “LLM Proxy”). `approx_cost` is in US dollars at list prices; `billing` says whether a plan covers it. All accounts’ requests count; `payer`, `billing` and `quota_groups` are those of the account of the request’s key, else of the default one. `quota_groups` has the windows of the plan that the CLI has reported and that were not reset since.',
      answer: { providers: {}, summary: {}, timestamp: 0 },
    },
    handle: ({ owner }) => {
      const { cli } = status();
      const account = accountOf(owner);
      const { payerLabel = null, billing = null, isExhausted = false, planWindows = [] } = account ?? {};
      const day = journal.day(Date.now());
      // What is wrong with the default account alone does not concern the others.
      const isUsable = account?.isDefault ? cli.phase === 'ready' || cli.phase === 'limited' : cli.path !== undefined;
      const claude = {
        credential_count: payerLabel !== null ? 1 : 0,
        active_count: payerLabel !== null && isUsable && !isExhausted ? 1 : 0,
        exhausted_count: isExhausted ? 1 : 0,
        ...totals(day),
        payer: payerLabel,
        billing,
        quota_groups: Object.fromEntries(
          planWindows.map(({ name, title, used, resetsAt }) => [
            name,
            {
              title,
              remaining_percent: used === null ? null : round(Math.max(0, 100 - used * 100)),
              reset_time: resetsAt === null ? null : new Date(resetsAt).toISOString(),
            },
          ]),
        ),
      };
      const { total_requests, approx_cost, tokens } = claude;
      const total_tokens = tokens.input_cached + tokens.input_uncached + tokens.output;
      return {
        type: 'json',
        body: {
          providers: { claude },
          summary: { total_requests, total_tokens, approx_cost },
          timestamp: Math.floor(Date.now() / 1_000),
        },
      };
    },
  };
}

function totals(day: DayUsage) {
  const { input, cacheRead, cacheWrite, output, costUsd } = day.usage;
  return {
    total_requests: day.requests,
    tokens: { input_cached: cacheRead, input_uncached: input + cacheWrite, output },
    approx_cost: costUsd,
  };
}

/** Shares come as binary fractions: 72.00000000000001 helps nobody. */
function round(percent: number): number {
  return Math.round(percent * 100) / 100;
}
