/** `claudacity requests`: the request log, also live. */
import type { RequestRow } from '../../shared/contract';
import { formatCompact, formatUsd } from '../../shared/format';
import { OUTCOME_WORDS } from '../../shared/requests/outcomes';
import { inputTokens } from '../../shared/usage';
import { dateTime, jsonDocument, oneLine, seconds } from '../format';
import { wholeNumber } from '../parse';
import { type AddCommand, EXIT_CODES, withApp } from '../runtime';
import type { Paint } from '../terminal';

export const addRequests: AddCommand = (program, runtime, outcome) => {
  program
    .command('requests')
    .description('print the request log')
    .option('-f, --follow', 'go on with the requests that come, until Ctrl+C; each is printed when it has ended')
    .option('-n, --lines <N>', 'how many of the last requests', wholeNumber, 20)
    .option('--json', 'print JSON for programs; with -f a line for each change of a request')
    .action(async ({ follow, lines, json }: { follow?: true; lines: number; json?: true }) => {
      if (follow) outcome.interrupted = EXIT_CODES.done;
      const { terminal, signal } = runtime;
      const { print, note, paint } = terminal;
      await withApp(runtime, async (app) => {
        if (!follow) {
          const { requests } = await app.read('requests');
          const shown = requests.slice(0, lines).reverse();
          if (json) return print(jsonDocument(shown));
          if (requests.length === 0) note('There are no requests yet.');
          for (const row of shown) print(rowText(row, paint));
          return;
        }
        const printed = new Set<string>();
        const show = (row: RequestRow) => {
          if (json) return print(JSON.stringify(row));
          if (row.durationMs === null || printed.has(row.id)) return;
          printed.add(row.id);
          print(rowText(row, paint));
        };
        await app.subscribe(['requests'], ({ snapshot, values: { requests = [] } }) => {
          // A snapshot comes again after one that was missed: the rows that are known are left out.
          const rows = snapshot && printed.size === 0 ? requests.slice(0, lines) : requests;
          for (const row of [...rows].reverse()) show(row);
        });
        signal.addEventListener('abort', app.close, { once: true });
        await app.closed;
        if (!signal.aborted) throw new Error('Claudacity has ended.');
      });
    });
};

function rowText(row: RequestRow, paint: Paint): string {
  const { at, client, keyName, model, resolvedModel, outcome, usage, firstTokenMs, durationMs, asked, path } = row;
  const colour = row.phase === 'failed' ? paint.bad : row.phase === 'done' ? paint.good : paint.warn;
  const tokens = usage === null ? '' : `${formatCompact(inputTokens(usage))} → ${formatCompact(usage.output ?? 0)}`;
  const cost = usage?.costUsd ? formatUsd(usage.costUsd) : '';
  return [
    paint.dim(dateTime(at)),
    oneLine(client, 20).padEnd(20),
    oneLine(keyName === '' ? '' : `(${keyName})`, 20),
    oneLine(resolvedModel ?? (model === '' ? path : model), 28).padEnd(28),
    colour(OUTCOME_WORDS[outcome].padEnd(12)),
    `${seconds(firstTokenMs)} / ${seconds(durationMs)}`.padEnd(18),
    tokens.padEnd(14),
    cost.padEnd(8),
    oneLine(asked, 50),
  ]
    .filter((part) => part !== '')
    .join(' ')
    .trimEnd();
}
