/**
 * The tables of context/FAULTS.md, one for each group of faults. Each test file writes the table of its group, so that files can run in
 * parallel and leave the other tables unchanged.
 */

/** What one fault did: the cells of a row. */
export interface FaultRow {
  /** What was injected, and at which moment. */
  readonly fault: string;
  /** When the client is told: `at once`, or the deadline that ends the wait. */
  readonly when: string;
  /** What a client gets that does not stream. */
  readonly whole: string;
  /** What a client gets that streams. */
  readonly streamed: string;
  /** The error's message; '' where there is no error. */
  readonly message: string;
  /** What the window and the tray show. */
  readonly shown: string;
  /** What is missing of any conversation afterwards. */
  readonly lost: string;
  /** Processes, files and requests that remain and should not. */
  readonly left: string;
}

const COLUMNS: readonly (readonly [key: keyof FaultRow, title: string])[] = [
  ['fault', 'Fault'],
  ['when', 'The client is told'],
  ['whole', 'Not streamed'],
  ['streamed', 'Streamed'],
  ['message', 'Message'],
  ['shown', 'Window and tray'],
  ['lost', 'Lost'],
  ['left', 'Left over'],
];

/** Replaces the table of the group in the document. @throws if the document has no place for it */
export function withTable(document: string, group: string, rows: readonly FaultRow[]): string {
  const begin = `<!-- faults:${group}:begin -->`;
  const end = `<!-- faults:${group}:end -->`;
  const [from, to] = [document.indexOf(begin) + begin.length, document.indexOf(end)];
  if (from < begin.length || to < from) throw new Error(`the document has no ${begin} … ${end}`);
  const head = [`| ${COLUMNS.map(([, title]) => title).join(' | ')} |`, `|${'---|'.repeat(COLUMNS.length)}`];
  const lines = rows.map((row) => `| ${COLUMNS.map(([key]) => cell(row[key])).join(' | ')} |`);
  return `${document.slice(0, from)}\n${[...head, ...lines].join('\n')}\n${document.slice(to)}`;
}

function cell(text: string): string {
  return text === '' ? '–' : text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** One text for what the dialects have in common, else each with its name. */
export function acrossDialects(cells: ReadonlyMap<string, string>): string {
  const texts = [...new Set(cells.values())];
  if (texts.length === 1) return texts[0] ?? '';
  return texts
    .map((text) => `${[...cells].flatMap(([dialect, own]) => (own === text ? [dialect] : [])).join(', ')}: ${text}`)
    .join('; ');
}
