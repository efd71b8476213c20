/** The calls of the requests page, as the demo answers them. */
import type { CallHandlers, RequestFilter, RequestRow } from '../../../app/shared/contract';
import { passesFilter } from '../../../app/shared/requests/requestFilter';
import { askedText, demoTexts, turnNumber } from './demoQuestions';
import { begun, details } from './demoRequests';
import { demoWire } from './demoWire';

export interface DemoLog {
  rows: Map<string, RequestRow>;
  change: (rows: RequestRow[]) => void;
  noTexts: boolean;
}

export function requestHandlers({ rows, change, noTexts }: DemoLog): Partial<CallHandlers> {
  const known = (id: string): RequestRow => {
    const row = rows.get(id);
    if (!row) throw new Error('This request is not known any more.');
    return row;
  };
  return {
    'requests.details': (id) => {
      const row = rows.get(id);
      return row ? details(row) : null;
    },
    'requests.search': async (filter, before, limit) => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      const all = [...rows.values()].reverse().filter((row) => passes(row, filter));
      const page = all.filter(({ at }) => at < before).slice(0, limit);
      return { rows: page, more: (page.at(-1)?.at ?? 0) > (all.at(-1)?.at ?? 0), total: Math.min(10_000, all.length) };
    },
    'requests.filterValues': () => {
      const all = [...rows.values()];
      const keys = new Map(all.filter(({ keyId }) => keyId).map(({ keyId, keyName }) => [keyId, keyName]));
      return {
        clients: [...new Set(all.map(({ client }) => client))],
        models: [...new Set(all.map(({ model }) => model))].filter(Boolean),
        keys: [...keys].map(([id, name]) => ({ id, name })),
      };
    },
    'requests.said': (id, version) => {
      const row = known(id);
      if (row.model === '') return 'no_model';
      return noTexts ? 'private' : demoTexts(row, version, Date.now());
    },
    'requests.wire': (id) => demoWire(known(id)),
    'requests.stop': (id) => {
      const row = known(id);
      change([{ ...row, phase: 'stopped', outcome: 'stopped', durationMs: Date.now() - row.at }]);
    },
    'requests.askAgain': (id) => {
      const { id: newId, at } = begun(Date.now());
      change([
        { ...known(id), id: newId, at, phase: 'streaming', outcome: 'answering', usage: null, durationMs: null },
      ]);
      return newId;
    },
    'requests.curl': (id) => `curl http://127.0.0.1:22434${known(id).path} -d '{"model":"sonnet"}'`,
    'requests.exportHar': () => '/home/ana/Downloads/requests.har',
  };
}

function passes(row: RequestRow, filter: RequestFilter): boolean {
  const words = (filter.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${row.client} ${row.model} ${row.path} ${row.model && askedText(turnNumber(row))}`.toLowerCase();
  return passesFilter(row, filter) && words.every((word) => text.includes(word));
}
