/**
 * The table of clients in context/OLLAMA_COMPATIBILITY.md. Each client has its own row and footnotes, so that the test files of
 * different clients can update the table independently.
 */
import { CASE_NAMES, type CaseName, CLIENT_NAMES, type ClientName } from './names';

/** `lacks`: the client does not support the case; the note says why. Cases that work can have a note, too. */
export interface CellResult {
  readonly result: 'works' | 'fails' | 'lacks';
  readonly note?: string;
}

export type Row = ReadonlyMap<CaseName, CellResult>;

const BEGIN = '<!-- matrix:begin -->';
const END = '<!-- matrix:end -->';

/**
 * Replaces the client's row and footnotes in the document and leaves all others unchanged.
 * @throws if the document has no table, or the row has no result for a case.
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
    const { result, note } = cellResult(row, name);
    return note === undefined ? SIGNS[result] : `${SIGNS[result]}[^${slug(client)}-${notes.indexOf(note) + 1}]`;
  });
  return `${rowStart(client)}${cells.join(' | ')} |`;
}

function noteLines(client: ClientName, row: Row): string[] {
  return notesOf(row).map((note, index) => `[^${slug(client)}-${index + 1}]: ${note}`);
}

/** Without duplicates, in the order of the columns. */
function notesOf(row: Row): string[] {
  return [...new Set(CASE_NAMES.flatMap((name) => cellResult(row, name).note ?? []))];
}

function cellResult(row: Row, name: CaseName): CellResult {
  const cell = row.get(name);
  if (cell === undefined) throw new Error(`“${name}” was not run`);
  return cell;
}

/** Formats the names of packages as code, and the name of the API that is used, such as `chat`, as text. */
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
