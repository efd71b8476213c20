/**
 * The table of clients in context/OLLAMA_COMPATIBILITY.md. A client owns its row and its footnotes in it, so that the files
 * that test different clients can each see to theirs.
 */
import { CASE_NAMES, type CaseName, CLIENT_NAMES, type ClientName } from './names';

/** `lacks`: the client has nothing for it, with the reason. A note on what works is shown too. */
export interface Shown {
  readonly result: 'works' | 'fails' | 'lacks';
  readonly note?: string;
}

export type Row = ReadonlyMap<CaseName, Shown>;

const BEGIN = '<!-- matrix:begin -->';
const END = '<!-- matrix:end -->';

/**
 * The document with the client's row and footnotes as given, all others as they were. The same text where nothing has changed.
 * @throws where the document has no place for the table, or the row no word on a case.
 */
export function withRow(document: string, client: ClientName, row: Row): string {
  const [before, after] = [document.indexOf(BEGIN) + BEGIN.length, document.indexOf(END)];
  if (before < BEGIN.length || after < before) throw new Error(`the document has no ${BEGIN} … ${END}`);
  const lines = document.slice(before, after).split('\n');
  const rows = CLIENT_NAMES.flatMap((name) =>
    name === client ? [rowLine(client, row)] : lines.filter((line) => line.startsWith(rowStart(name))),
  );
  const notes = CLIENT_NAMES.flatMap((name) =>
    name === client ? noteLines(client, row) : lines.filter((line) => noteOf(name).test(line)),
  );
  const head = [`| | ${CASE_NAMES.join(' | ')} |`, `|---|${':-:|'.repeat(CASE_NAMES.length)}`];
  const table = [...head, ...rows, '', ...notes].join('\n').trimEnd();
  return `${document.slice(0, before)}\n${table}\n${document.slice(after)}`;
}

const SIGNS = { works: '✓', fails: '✗', lacks: '—' };

function rowLine(client: ClientName, row: Row): string {
  const notes = notesOf(row);
  const cells = CASE_NAMES.map((name) => {
    const { result, note } = shown(row, name);
    return note === undefined ? SIGNS[result] : `${SIGNS[result]}[^${slug(client)}-${notes.indexOf(note) + 1}]`;
  });
  return `${rowStart(client)}${cells.join(' | ')} |`;
}

function noteLines(client: ClientName, row: Row): string[] {
  return notesOf(row).map((note, index) => `[^${slug(client)}-${index + 1}]: ${note}`);
}

/** Each once, in the order of the columns. */
function notesOf(row: Row): string[] {
  return [...new Set(CASE_NAMES.flatMap((name) => shown(row, name).note ?? []))];
}

function shown(row: Row, name: CaseName): Shown {
  const cell = row.get(name);
  if (cell === undefined) throw new Error(`“${name}” was not run`);
  return cell;
}

/** Packages as code, and which of a package's ways is meant in words. */
function rowStart(client: ClientName): string {
  const parts = client.split(', ').map((part) => (/^(chat|responses|completions)$/.test(part) ? part : `\`${part}\``));
  return `| ${parts.join(', ')} | `;
}

function noteOf(client: ClientName): RegExp {
  return new RegExp(`^\\[\\^${slug(client)}-\\d+\\]: `);
}

function slug(client: ClientName): string {
  return client.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
}
