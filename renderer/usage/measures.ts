/** What the bars of the page Usage can show of the requests in them. */
import type { UsageSums } from '../../app/shared/contract';
import { allTokens, formatCompact, formatCount, formatUsd } from '../ui/format';

export interface Measure {
  id: MeasureId;
  /** `Output tokens` */
  title: string;
  value: (sums: UsageSums) => number;
  /** At most six characters. */
  short: (value: number) => string;
  /** With its unit and all its digits. */
  full: (value: number) => string;
}

export type MeasureId = 'cost' | 'output' | 'input' | 'all' | 'requests';

const tokens = (value: number) => `${formatCount(value)} ${value === 1 ? 'token' : 'tokens'}`;

export const MEASURES: readonly [Measure, ...Measure[]] = [
  { id: 'cost', title: 'Cost', value: ({ usage }) => usage.costUsd, short: shortUsd, full: formatUsd },
  { id: 'output', title: 'Output tokens', value: ({ usage }) => usage.output, short: formatCompact, full: tokens },
  {
    id: 'input',
    title: 'Input tokens without cache',
    value: ({ usage }) => usage.input + usage.cacheWrite,
    short: formatCompact,
    full: tokens,
  },
  { id: 'all', title: 'All tokens', value: ({ usage }) => allTokens(usage), short: formatCompact, full: tokens },
  {
    id: 'requests',
    title: 'Requests',
    value: ({ requests }) => requests,
    short: formatCompact,
    full: (value) => `${formatCount(value)} ${value === 1 ? 'request' : 'requests'}`,
  },
];

export function measureOf(id: MeasureId): Measure {
  return MEASURES.find((measure) => measure.id === id) ?? MEASURES[0];
}

/** `$0.05`, `$1.2k`: for an axis. */
function shortUsd(usd: number): string {
  return usd < 1_000 ? formatUsd(usd) : `$${formatCompact(usd)}`;
}
