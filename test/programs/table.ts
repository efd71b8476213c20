/** Writes the table of programs into context/PROGRAMS.md. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../../build/setup/command.mjs';
import { CASE_NAMES, type CaseName, type Program } from './program';

/** `✓`, `✗` or why the program cannot do it. */
export type Cells = Partial<Record<CaseName, string>>;

const FILE = path.join(ROOT, 'context', 'PROGRAMS.md');
const BEGIN = '<!-- written by npm run test:programs -->';
const END = '<!-- end of what npm run test:programs writes -->';

const TITLES: Readonly<Record<CaseName, string>> = {
  chat: 'chat',
  stream: 'stream',
  followUp: 'follow-up',
  tools: 'tools',
  image: 'image',
  stop: 'stop',
  error: 'error',
};

/**
 * Replaces the rows of the programs that have run; the others keep theirs.
 * @param skipped why programs could not be installed, which stands in the cells of those that have no row yet
 * @throws Error if the file has no markers
 */
export async function writeTable(
  programs: readonly Program[],
  ran: ReadonlyMap<Program, Cells>,
  skipped: ReadonlyMap<Program, string>,
): Promise<void> {
  const document = await readFile(FILE, 'utf8');
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${FILE} has no place for the table`);
  const before = document.slice(begin, end).split('\n');
  const rows = programs.flatMap((program) => {
    const cells = ran.get(program);
    const rowOf = (cell: (name: CaseName) => string) => row([program.name, program.version, ...CASE_NAMES.map(cell)]);
    if (cells !== undefined) return [rowOf((name) => cells[name] ?? '')];
    const kept = before.filter((line) => line.startsWith(`| ${program.name} |`));
    const reason = skipped.get(program);
    return kept.length === 0 && reason !== undefined ? [rowOf(() => reason)] : kept;
  });
  const titles = ['program', 'version', ...CASE_NAMES.map((name) => TITLES[name])];
  const table = [row(titles), `|${'---|'.repeat(titles.length)}`, ...rows].join('\n');
  const text = `${document.slice(0, begin)}${BEGIN}\n\n${table}\n\n${document.slice(end)}`;
  if (text !== document) await writeFile(FILE, text);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
