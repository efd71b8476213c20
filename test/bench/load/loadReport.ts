/** Formats what was measured of many conversations, with the targets beside the results. */
import { table } from '../table';
import type { LoadMeasurements } from './load';

export interface LoadRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string;
  readonly verdict: 'pass' | 'over' | '';
}

/** @param bareNextMs the next turn of a bare process in the same run; undefined where it was not measured. */
export function loadRows(load: LoadMeasurements, bareNextMs: number | undefined): readonly LoadRow[] {
  const atMost = (name: string, value: number, unit: string, max: number): LoadRow => ({
    ...{ name, value, unit, target: `at most ${max} ${unit}` },
    verdict: value <= max ? 'pass' : 'over',
  });
  const atLeast = (name: string, value: number, unit: string, min: number): LoadRow => ({
    ...{ name, value, unit, target: `at least ${min} ${unit}` },
    verdict: value >= min ? 'pass' : 'over',
  });
  const fact = (name: string, value: number, unit: string): LoadRow => ({ name, value, unit, target: '', verdict: '' });
  const gain = load.chatsPerSecond / load.chatsPerSecondWithoutReuse;
  return [
    fact('40 new conversations one after another, first turn', load.burstFirstMs, 'ms'),
    fact('40 new conversations one after another, second turn', load.burstSecondMs, 'ms'),
    ...(bareNextMs === undefined
      ? []
      : [atMost('40 new conversations / bare, next turn', load.burstFirstMs / bareNextMs, '×', 1.5)]),
    atMost('CPU for each of these conversations', load.burstCpuMs, 'ms', 110),
    atLeast('64 clients, 8 processes, answers of 2 s', load.clientsPerSecond, 'a second', 3.4),
    fact('64 chats of 10 turns, 8 processes', load.chatsPerSecond, 'answers a second'),
    fact('the same, a process for each conversation', load.chatsPerSecondWithoutReuse, 'answers a second'),
    atLeast('64 chats / a process for each conversation', gain, '×', 5),
  ];
}

/** A text of a table. */
export function loadAsText(rows: readonly LoadRow[]): string {
  const lines = rows.map(({ name, value, unit, target, verdict }) => [
    name,
    `${value.toFixed(2)} ${unit}`,
    target,
    verdict,
  ]);
  return ['', ...table([['many conversations', '', 'target', ''], ...lines]), ''].join('\n');
}
