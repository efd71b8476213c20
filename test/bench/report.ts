/** Formats the measurements: as a table with the targets beside the results, and as JSON for scripts. */
import { type Measurements, ROWS, type RowName } from './measure';
import { summarize } from './summary';
import { table } from './table';

/** The order of the table: each row of this app below the one that it is compared with. */
const ORDER: readonly RowName[] = [
  'api',
  'spawned',
  'bareFirst',
  'ollamaNew',
  'ollamaSeen',
  'openaiNew',
  'openaiSeen',
  'bareNext',
  'followUp',
  'regenerated',
  'toolResult',
  'history',
];

interface Check {
  readonly name: string;
  readonly value: number;
  /** `×` marks a ratio. */
  readonly unit: '×' | 'ms';
  /** The highest or the lowest value that meets the target. */
  readonly max?: number;
  readonly min?: number;
}

/** A text of two tables: the rows in ms, then the ratios of their medians. */
export function asText({ machine, cli, rounds, samples, served, waits, busyWaits }: Measurements): string {
  const rows = ORDER.map((row) => {
    const { median, p90, min } = summarize(samples[row]);
    return [ROWS[row], ms(median), ms(p90), ms(min), (served[row] ?? []).join(', ')];
  });
  const checks = checksOf(medians(samples)).map((check) => [
    check.name,
    check.unit === 'ms' ? `${ms(check.value)} ms` : `${check.value.toFixed(2)} ×`,
    check.max === undefined ? `at least ${check.min} ${check.unit}` : `at most ${check.max} ${check.unit}`,
    verdict(check),
  ]);
  return [
    '',
    `Time to the first token in ms, at the client. ${rounds} rounds, ${machine}, claude ${cli}.`,
    ...(busyWaits > 0
      ? [`The machine was busy with something else before ${busyWaits} of ${waits} measurements.`]
      : []),
    '',
    ...table([['', 'median', 'p90', 'min', 'served'], ...rows]),
    '',
    ...table([['medians', '', 'target', ''], ...checks]),
    '',
  ].join('\n');
}

/** The same figures with the samples, for `--json`. */
export function asJson(measurements: Measurements): object {
  const { samples, served, ...about } = measurements;
  const rows = ORDER.map((row) => ({
    row,
    title: ROWS[row],
    ...summarize(samples[row]),
    samples: samples[row],
    served: served[row] ?? [],
  }));
  const checks = checksOf(medians(samples)).map((check) => ({ ...check, verdict: verdict(check) }));
  return { ...about, rows, checks };
}

type Medians = Readonly<Record<RowName, number>>;

function medians(samples: Measurements['samples']): Medians {
  return Object.fromEntries(ORDER.map((row) => [row, summarize(samples[row]).median])) as Medians;
}

function checksOf(median: Medians): Check[] {
  const newConversations = ['ollamaNew', 'ollamaSeen', 'openaiNew', 'openaiSeen'] as const;
  const slowest = Math.max(...newConversations.map((row) => median[row]));
  return [
    ...newConversations.map(
      (row): Check => ({
        name: `${ROWS[row]} / bare, next turn`,
        value: median[row] / median.bareNext,
        unit: '×',
        max: 1.3,
      }),
    ),
    { name: 'spawned / the slowest of these', value: median.spawned / slowest, unit: '×', min: 10 },
    { name: 'spawned / follow-up', value: median.spawned / median.followUp, unit: '×', min: 13 },
    { name: 'follow-up / bare, next turn', value: median.followUp / median.bareNext, unit: '×', max: 1.1 },
    { name: 'after a tool’s result / follow-up', value: median.toolResult / median.followUp, unit: '×', max: 1.15 },
    { name: 'the last of 30 again / follow-up', value: median.regenerated / median.followUp, unit: '×', max: 1.3 },
    { name: 'history of 100 turns, first seen', value: median.history, unit: 'ms', max: 250 },
  ];
}

function verdict({ value, max = Number.POSITIVE_INFINITY, min = Number.NEGATIVE_INFINITY }: Check): 'pass' | 'over' {
  return value <= max && value >= min ? 'pass' : 'over';
}

function ms(value: number): string {
  return value.toFixed(1);
}
