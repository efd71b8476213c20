/** Usage since midnight: totals, tokens by hour, and the models. */
import { useState } from 'react';
import { type Billing, costNote } from '../../../app/shared/cli/payer';
import type { ClientUsage, DayUsage, ModelUsage } from '../../../app/shared/contract';
import type { Usage } from '../../../app/shared/usage';
import { useApp } from '../../state/services';
import {
  allTokens,
  formatCachedPercent,
  formatCachedShare,
  formatCompact,
  formatCount,
  formatDay,
  formatUsd,
  NONE,
  plural,
} from '../../ui/format';
import { TokenChart } from './TokenChart';
import { TOKEN_KINDS } from './tokenKinds';

export function Today() {
  const day = useApp((app) => app.usage);
  const [hour, setHour] = useState<number | null>(null);
  const ofHour = hour === null ? undefined : day.hourly[hour];
  return (
    <section className="today" aria-labelledby="today" data-scope={hour === null ? 'day' : 'hour'}>
      <header className="section-head">
        <h2 id="today">{hour === null ? 'Today' : hourName(hour)}</h2>
        <span>{formatDay(day.day)}</span>
      </header>
      <Totals day={day} usage={ofHour ?? day.usage} />
      <TokenChart hourly={day.hourly} onHour={setHour} />
      <KindList usage={ofHour ?? day.usage} />
      {day.models.length > 0 && <ModelTable models={day.models} />}
      {day.clients.length > 0 && <ClientTable clients={day.clients} />}
    </section>
  );
}

/** Those that have used the most. */
const MOST_CLIENTS = 8;

const CACHED_TITLE =
  'Cached: the share of the prompts’ tokens that the API read from its prompt cache, at a tenth of the price';

/** `14:00–15:00` */
function hourName(hour: number): string {
  const clock = (number: number) => `${String(number).padStart(2, '0')}:00`;
  return `${clock(hour)}–${clock(hour + 1)}`;
}

function Totals({ day, usage }: { day: DayUsage; usage: Usage }) {
  const total = allTokens(usage);
  const cached = formatCachedShare(day.usage);
  const billing = useApp((app) => app.cli.payer?.billing);
  return (
    <div className="totals">
      <span className="total" title={`${formatCount(total)} tokens`}>
        {formatCompact(total)} <small>tokens</small>
      </span>
      <span className="day-fact cost" title="As the CLI computes it from the API’s list prices">
        {formatUsd(day.usage.costUsd)} <small>{dayCostNote(day, billing)}</small>
      </span>
      <span className="day-fact" title={cached ? CACHED_TITLE : undefined}>
        {[plural(day.requests, 'request'), cached].filter(Boolean).join(' · ')}
      </span>
      <span className="day-fact" data-alarm={day.failed > 0}>
        {formatCount(day.failed)} failed
      </span>
    </div>
  );
}

/** What the day's cost is, where all of it is the same; else how much of it is billed. */
function dayCostNote({ usage, billedUsd }: DayUsage, billing: Billing | undefined): string {
  if (billedUsd === 0) return costNote(billing === 'plan' ? 'plan' : 'unknown');
  if (billedUsd >= usage.costUsd - 0.000_001) return costNote('use');
  return `at list price, ${formatUsd(billedUsd)} of it billed`;
}

/** The kinds with their numbers: the chart's legend as well. */
function KindList({ usage }: { usage: Usage }) {
  return (
    <dl className="kinds">
      {TOKEN_KINDS.map(({ key, name, color }) => (
        <div key={key}>
          <dt>
            <span className="swatch" style={{ background: `var(${color})` }} />
            {name}
          </dt>
          <dd title={formatCount(usage[key])}>{formatCompact(usage[key])}</dd>
        </div>
      ))}
    </dl>
  );
}

function ModelTable({ models }: { models: ModelUsage[] }) {
  const byTokens = [...models].sort((a, b) => allTokens(b.usage) - allTokens(a.usage));
  return (
    <table className="models">
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Req.</th>
          <th scope="col">Tokens</th>
          <th scope="col" title="At the API’s list prices: what your plan covers is not billed">
            Cost
          </th>
        </tr>
      </thead>
      <tbody>
        {byTokens.map(({ model, requests, usage }) => (
          <tr key={model} title={kindsText(usage)}>
            <th scope="row" title={model}>
              {model}
            </th>
            <td>{formatCompact(requests)}</td>
            <td>{formatCompact(allTokens(usage))}</td>
            <td>{formatUsd(usage.costUsd)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What each client has used, and which share of its prompts the API had in its cache. */
function ClientTable({ clients }: { clients: ClientUsage[] }) {
  const byTokens = [...clients].sort((a, b) => allTokens(b.usage) - allTokens(a.usage)).slice(0, MOST_CLIENTS);
  return (
    <table className="models">
      <thead>
        <tr>
          <th scope="col">Client</th>
          <th scope="col">Req.</th>
          <th scope="col">Tokens</th>
          <th scope="col" title={CACHED_TITLE}>
            Cached
          </th>
        </tr>
      </thead>
      <tbody>
        {byTokens.map(({ client, requests, usage }) => (
          <tr key={client} title={kindsText(usage)}>
            <th scope="row" title={client}>
              {client}
            </th>
            <td>{formatCompact(requests)}</td>
            <td>{formatCompact(allTokens(usage))}</td>
            <td>{formatCachedPercent(usage) ?? NONE}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function kindsText(usage: Usage): string {
  return TOKEN_KINDS.map(({ key, name }) => `${name} ${formatCount(usage[key])}`).join('\n');
}
