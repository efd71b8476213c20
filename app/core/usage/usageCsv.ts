/** A usage report as a CSV file (RFC 4180), for spreadsheets. */
import type { UsageReport } from '../../shared/reports/usageReport';

const HEAD = [
  ...['from', 'to', 'group', 'requests', 'failed', 'input_tokens', 'cache_read_tokens', 'cache_write_tokens'],
  ...['output_tokens', 'cost_usd', 'billed_usd'],
];

/** One line for each group in each bucket that has requests; times are ISO 8601 with this computer's offset. Begins with a byte order mark, for Excel. */
export function usageCsv({ buckets, groups }: UsageReport): string {
  const labels = new Map(groups.map(({ group, label }) => [group, label]));
  const lines = buckets.flatMap(({ startAt, endAt, groups: sums }) =>
    sums.map(({ group, requests, failed, usage, billedUsd }) => [
      ...[localIso(startAt), localIso(endAt), textCell(labels.get(group) ?? group)],
      ...[requests, failed, usage.input, usage.cacheRead, usage.cacheWrite, usage.output].map(String),
      ...[usd(usage.costUsd), usd(billedUsd)],
    ]),
  );
  return `\uFEFF${[HEAD, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('')}`;
}

/** Names come from clients: a spreadsheet would run one that begins like a formula. */
function textCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Without an exponent, whatever the size. */
function usd(amount: number): string {
  return amount.toFixed(6);
}

/** `2026-11-22T14:00:00+01:00` */
function localIso(at: number): string {
  const date = new Date(at);
  const offset = -date.getTimezoneOffset();
  const two = (number: number) => String(Math.trunc(Math.abs(number))).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${day}T${clock}${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
}
