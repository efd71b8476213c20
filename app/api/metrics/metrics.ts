/** The app's metrics for Prometheus: the journal's events advance the counters, and gauges are read when they are scraped. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { MAIN_ACCOUNT } from '../../shared/cli/accounts';
import type { CliAccount } from '../../shared/contract';
import { isFailure } from '../../shared/requests/requestOutcome';
import { knownUsage, type RequestUsage } from '../../shared/usage';
import type { DialectServices } from '../dialect';

/** Labels take no value that a client can invent, since each value of a label costs Prometheus a time series. */
export function createMetrics(services: DialectServices): Registry {
  const registry = new Registry();
  addRequestMetrics(registry, services.journal);
  addProcessMetrics(registry, services.chat);
  addLimitMetrics(registry, services);
  addAppMetrics(registry, services);
  return registry;
}

function addRequestMetrics(registry: Registry, journal: DialectServices['journal']): void {
  const registers = [registry];
  const requests = new Counter({
    name: 'claudacity_requests_total',
    help: 'Ended requests, by dialect, path and HTTP status; 499 if the client hung up. With the label `key` for those with an API key.',
    labelNames: ['dialect', 'path', 'status', 'key'],
    registers,
  });
  const failures = new Counter({
    name: 'claudacity_failed_requests_total',
    help: 'Ended requests that failed, as the window counts them: refused ones, and answers that are missing or broke off.',
    labelNames: ['dialect', 'path', 'key'],
    registers,
  });
  new Counter({
    name: 'claudacity_refused_requests_total',
    help: 'Requests that the access check refused. The other counters include a bounded number of these a minute.',
    registers,
    collect() {
      this.reset();
      this.inc(journal.refusedRequests());
    },
  });
  const tokens = new Counter({
    name: 'claudacity_tokens_total',
    help: 'Tokens as the API reported them. kind="input" counts those neither read from nor written to the prompt cache.',
    labelNames: ['kind', 'model', 'key'],
    registers,
  });
  const cost = new Counter({
    name: 'claudacity_cost_usd_total',
    help: 'Cost of the requests at list prices, as the CLI computes it, in US dollars.',
    labelNames: ['model', 'key'],
    registers,
  });
  const firstToken = new Histogram({
    name: 'claudacity_first_token_seconds',
    help: "From a request's arrival to the first text, thinking or tool call.",
    labelNames: ['dialect', 'model'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const duration = new Histogram({
    name: 'claudacity_request_duration_seconds',
    help: "From a request's arrival to the end of its answer.",
    labelNames: ['dialect', 'path'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers,
  });
  journal.onChange((row, { route }) => {
    // A row without a status stands for refused requests that were only counted.
    if (row.durationMs === null || row.status === null) return;
    const { dialect } = row;
    const path = route ?? 'other';
    const key = row.keyName === '' ? {} : { key: row.keyName };
    requests.inc({ dialect, path, status: String(row.status), ...key });
    if (isFailure(row)) failures.inc({ dialect, path, ...key });
    duration.observe({ dialect, path }, row.durationMs / 1000);
    if (row.firstTokenMs === null && row.usage === null) return;
    const model = row.resolvedModel ?? 'other';
    if (row.firstTokenMs !== null) firstToken.observe({ dialect, model }, row.firstTokenMs / 1000);
    for (const [kind, count] of kinds(row.usage)) tokens.inc({ kind, model, ...key }, count);
    cost.inc({ model, ...key }, Math.max(0, knownUsage(row.usage).costUsd));
  });
}

function kinds(usage: RequestUsage | null): [kind: string, count: number][] {
  if (usage === null) return [];
  const { input, cacheRead, cacheWrite, output } = knownUsage(usage);
  return [
    ['input', input],
    ['cache_read', cacheRead],
    ['cache_write', cacheWrite],
    ['output', output],
  ];
}

const STATES = ['preparing', 'answering', 'waiting_for_tool', 'idle'] as const;

function addProcessMetrics(registry: Registry, chat: DialectServices['chat']): void {
  new Gauge({
    name: 'claudacity_processes',
    help: 'CLI processes: those that hold a conversation, by their state, and spare ones.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const live = chat.liveConversations();
      for (const state of STATES) this.set({ state }, live.filter(({ phase }) => phase === state).length);
      this.set({ state: 'spare' }, chat.poolState().spares);
    },
  });
  new Gauge({
    name: 'claudacity_queue_length',
    help: 'Requests that are waiting for a process.',
    registers: [registry],
    collect() {
      this.set(chat.poolState().waiting);
    },
  });
  new Counter({
    name: 'claudacity_cli_skipped_lines_total',
    help: "Lines in the CLI's output that were none of its messages, such as those of a log.",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(chat.poolState().skippedLines);
    },
  });
}

function addLimitMetrics(registry: Registry, { chat, status }: Pick<DialectServices, 'chat' | 'status'>): void {
  const registers = [registry];
  new Gauge({
    name: 'claudacity_rate_limit_status',
    help: "1 for the latest status of each of the plan's limits: allowed, allowed_warning or rejected.",
    labelNames: ['limit', 'status', 'account'],
    registers,
    collect() {
      this.reset();
      const { accounts } = status();
      for (const { rateLimitType, status, account: id } of chat.rateLimits()) {
        const account = accounts.find((one) => one.id === id);
        if (account) this.set({ limit: rateLimitType ?? 'other', status, ...accountLabel(account) }, 1);
      }
    },
  });
  new Gauge({
    name: 'claudacity_rate_limit_utilization_ratio',
    help: "The used share of each of the plan's limit windows, from 0 to 1, as last reported; kept over a restart.",
    labelNames: ['window', 'account'],
    registers,
    collect() {
      this.reset();
      for (const account of status().accounts)
        for (const { name, used } of account.planWindows)
          if (used !== null) this.set({ window: name, ...accountLabel(account) }, used);
    },
  });
  new Gauge({
    name: 'claudacity_rate_limit_reset_timestamp_seconds',
    help: "When each of the plan's limit windows resets, in seconds since the epoch.",
    labelNames: ['window', 'account'],
    registers,
    collect() {
      this.reset();
      for (const account of status().accounts)
        for (const { name, resetsAt } of account.planWindows)
          if (resetsAt !== null) this.set({ window: name, ...accountLabel(account) }, resetsAt / 1000);
    },
  });
}

/** The name that the owner has given to an added account; the series of the main one have no such label. */
function accountLabel({ id, name }: CliAccount): { account?: string } {
  return id === MAIN_ACCOUNT ? {} : { account: name };
}

function addAppMetrics(registry: Registry, { version, status }: Pick<DialectServices, 'version' | 'status'>): void {
  new Gauge({
    name: 'claudacity_info',
    help: 'Always 1; the version is in the label.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1);
  new Gauge({
    name: 'claudacity_cli_ready',
    help: '1 if the CLI has come up and is signed in, else 0. Also 1 while a limit of the plan is used up.',
    registers: [registry],
    collect() {
      const { phase } = status().cli;
      this.set(phase === 'ready' || phase === 'limited' ? 1 : 0);
    },
  });
}
