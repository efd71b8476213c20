/** Reads table.md: its sentences, and its rows by settings. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface AccessRow {
  readonly peer: string;
  readonly host: string;
  readonly origin: string;
  readonly key: string;
  /** Method and path. */
  readonly request: string;
  readonly status: number;
  /** The name of a sentence; `–` where the request is let in. */
  readonly sentence: string;
}

export interface AccessTable {
  readonly sentences: ReadonlyMap<string, string>;
  /** By the heading of their settings. */
  readonly groups: readonly { readonly settings: string; readonly rows: readonly AccessRow[] }[];
}

export function readAccessTable(): AccessTable {
  const sections = readFileSync(path.join(__dirname, 'table.md'), 'utf8').split('\n## ').slice(1);
  const [sentences = '', ...groups] = sections;
  return {
    sentences: new Map(cellsOf(sentences).map(([name = '', sentence = '']) => [name, sentence])),
    groups: groups.map((section) => ({
      settings: section.split('\n')[0]?.replace('Settings: ', '') ?? '',
      rows: cellsOf(section).map(
        ([peer = '', host = '', origin = '', key = '', request = '', status, sentence = '']) => ({
          ...{ peer, host, origin, key, request, sentence },
          status: Number(status),
        }),
      ),
    })),
  };
}

/** The cells of the table's rows, without its heading. */
function cellsOf(section: string): string[][] {
  const lines = section.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(1).map((line) => line.slice(2, -2).split(' | '));
}
