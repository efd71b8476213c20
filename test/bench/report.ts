/** The measurements as a table for people, with what was promised beside what came out, and as JSON for scripts. */
import { type Figures, figures } from './figures';
import { type Measurements, ROWS, type RowName } from './measure';

/** In the table's order: each of ours below what it is compared with. */
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
  'toolResult',
  'history',
];

interface Check {
  readonly name: string;
  readonly value: number;
  /** A ratio unless it is ms. */
  readonly unit: '×' | 'ms';
  /** The most that was promised; undefined where nothing was. */
  readonly most?: number;
}

export function asText({ machine, cli, rounds, samples, served, noisy, waits }: Measurements): string {
  const rows = ORDER.map((row) => {
    const { median, p90, min } = figures(samples[row]);
    return [ROWS[row], ms(median), ms(p90), ms(min), (served[row] ?? []).join(', ')];
  });
  const checks = checksOf(medians(samples)).map((check) => [
    check.name,
    check.unit === 'ms' ? `${ms(check.value)} ms` : `${check.value.toFixed(2)} ×`,
    check.most === undefined ? '' : `at most ${check.most} ${check.unit}`,
    verdict(check),
  ]);
  return [
    '',
    `Time to the first token in ms, at the client. ${rounds} rounds, ${machine}, claude ${cli}.`,
    ...(noisy > 0 ? [`The machine was busy with something else before ${noisy} of ${waits} measurements.`] : []),
    '',
    ...table([['', 'median', 'p90', 'least', 'served'], ...rows]),
    '',
    ...table([['medians', '', 'promised', ''], ...checks]),
    '',
  ].join('\n');
}

export function asJson(measurements: Measurements): object {
  const { samples, served, ...about } = measurements;
  const rows = ORDER.map((row) => ({
    row,
    title: ROWS[row],
    ...figures(samples[row]),
    samples: samples[row],
    served: served[row] ?? [],
  }));
  const checks = checksOf(medians(samples)).map((check) => ({ ...check, verdict: verdict(check) }));
  return { ...about, rows, checks };
}

type Medians = Readonly<Record<RowName, number>>;

function medians(samples: Measurements['samples']): Medians {
  const of = (row: RowName): Figures => figures(samples[row]);
  return Object.fromEntries(ORDER.map((row) => [row, of(row).median])) as Medians;
}

function checksOf(of: Medians): Check[] {
  const first = { unit: '×', most: 1.3 } as const;
  return [
    { name: 'first turn / bare: /api/chat, new system prompt', value: of.ollamaNew / of.bareFirst, ...first },
    { name: 'first turn / bare: /api/chat, the last system prompt', value: of.ollamaSeen / of.bareFirst, ...first },
    {
      name: 'first turn / bare: /v1/chat/completions, new system prompt',
      value: of.openaiNew / of.bareFirst,
      ...first,
    },
    {
      name: 'first turn / bare: /v1/chat/completions, the last system prompt',
      value: of.openaiSeen / of.bareFirst,
      ...first,
    },
    { name: 'spawned / first turn: new system prompt', value: of.spawned / of.ollamaNew, unit: '×' },
    { name: 'spawned / first turn: the last system prompt', value: of.spawned / of.ollamaSeen, unit: '×' },
    { name: 'spawned / follow-up', value: of.spawned / of.followUp, unit: '×' },
    { name: 'follow-up / bare, next turn', value: of.followUp / of.bareNext, unit: '×', most: 1.15 },
    { name: 'after a tool’s result / follow-up', value: of.toolResult / of.followUp, unit: '×', most: 1.2 },
    { name: 'history of 100 turns, first seen', value: of.history, unit: 'ms', most: 1_500 },
  ];
}

function verdict({ value, most }: Check): 'pass' | 'over' | '' {
  if (most === undefined) return '';
  return value <= most ? 'pass' : 'over';
}

function ms(value: number): string {
  return value.toFixed(1);
}

/** The first column to the left, figures to the right, the last as it is. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, at) => Math.max(known[at] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        if (at === row.length - 1) return cell;
        return at === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
