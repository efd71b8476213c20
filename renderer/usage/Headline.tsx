/** The period's totals, each with its change against the period before. */
import { type Billing, costNote } from '../../app/shared/cli/payer';
import type { UsageReport, UsageSums } from '../../app/shared/contract';
import { useApp } from '../state/services';
import { formatCachedPercent, formatCompact, formatCount, formatUsd, inputTokens, NONE } from '../ui/format';
import { changeText } from './change';
import { comparedWith } from './periodText';

interface Total {
  title: string;
  /** With a total of the wrong unit cut: `1.2M`. */
  text: (sums: UsageSums) => string;
  /** All its digits. */
  full: (sums: UsageSums) => string;
  value: (sums: UsageSums) => number;
}

const TOTALS: readonly Total[] = [
  {
    title: 'Cost',
    text: ({ usage }) => formatUsd(usage.costUsd),
    full: ({ usage }) => `${formatUsd(usage.costUsd)}, as the CLI computes it from the API’s list prices`,
    value: ({ usage }) => usage.costUsd,
  },
  {
    title: 'Output tokens',
    text: ({ usage }) => formatCompact(usage.output),
    full: ({ usage }) => `${formatCount(usage.output)} tokens`,
    value: ({ usage }) => usage.output,
  },
  {
    title: 'Input without cache',
    text: ({ usage }) => formatCompact(usage.input + usage.cacheWrite),
    full: ({ usage }) =>
      `${formatCount(usage.input + usage.cacheWrite)} prompt tokens that were not read from the cache, ${formatCount(usage.cacheWrite)} of them written to it`,
    value: ({ usage }) => usage.input + usage.cacheWrite,
  },
  {
    title: 'Requests',
    text: ({ requests }) => formatCompact(requests),
    full: ({ requests }) => `${formatCount(requests)} requests that asked a model`,
    value: ({ requests }) => requests,
  },
];

export function Headline({ report }: { report: UsageReport }) {
  const { total, before } = report;
  const billing = useApp((app) => app.cli.payer?.billing);
  const notes: Record<string, string> = {
    Cost: costText(total, billing),
    Requests: total.failed > 0 ? `${formatCount(total.failed)} failed` : '',
  };
  return (
    <>
      <dl className="usage-totals">
        {TOTALS.map(({ title, text, full, value }) => {
          const change = changeText(value(total), value(before));
          return (
            <div key={title}>
              <dt>{title}</dt>
              <dd className="usage-total" title={full(total)}>
                {text(total)}
              </dd>
              <dd className="usage-change" title={`${text(before)} before`}>
                {change ?? (value(total) > 0 && 'none before')}
              </dd>
              {notes[title] && <dd className="usage-note">{notes[title]}</dd>}
            </div>
          );
        })}
        <div>
          <dt>Read from cache</dt>
          <dd
            className="usage-total"
            title={`${formatCount(total.usage.cacheRead)} of ${formatCount(inputTokens(total.usage))} prompt tokens, at a tenth of the price`}
          >
            {formatCachedPercent(total.usage) ?? NONE}
          </dd>
          <dd className="usage-change">of the prompts’ tokens</dd>
          <dd className="usage-note">
            {formatCachedPercent(before.usage) && `${formatCachedPercent(before.usage)} before`}
          </dd>
        </div>
      </dl>
      {before.requests > 0 && <p className="usage-hint">Compared with {comparedWith(report)}.</p>}
    </>
  );
}

/** What the cost is, where all of it is the same; else how much of it is billed. */
function costText({ usage, billedUsd }: UsageSums, billing: Billing | undefined): string {
  if (billedUsd === 0) return costNote(billing === 'plan' ? 'plan' : 'unknown');
  if (billedUsd >= usage.costUsd - 0.000_001) return costNote('use');
  return `${formatUsd(billedUsd)} of it billed`;
}
