/** `claudacity logs`: the app's own log, from its file, so that it can be read where the app does not start. */
import path from 'node:path';
import { Option } from 'commander';
import { followLines, readLines } from '../followFile';
import { dateTime } from '../format';
import { wholeNumber } from '../parse';
import { type AddCommand, EXIT_CODES } from '../runtime';
import type { Paint } from '../terminal';

const LEVELS = ['error', 'warn', 'info', 'debug'] as const;
type Level = (typeof LEVELS)[number];

interface LogsOptions {
  follow?: true;
  level: Level;
  lines: number;
  json?: true;
}

export const addLogs: AddCommand = (program, { terminal, dataDir, signal }, outcome) => {
  program
    .command('logs')
    .description('print the app’s log')
    .option('-f, --follow', 'go on with what is added, until Ctrl+C')
    .addOption(new Option('--level <LEVEL>', 'leave out what is less important').choices(LEVELS).default('debug'))
    .option('-n, --lines <N>', 'how many of the last entries', wholeNumber, 50)
    .option('--json', 'print the entries as they are in the file, a JSON object per line')
    .action(async ({ follow, level, lines: count, json }: LogsOptions) => {
      if (follow) outcome.interrupted = EXIT_CODES.done;
      const file = path.join(dataDir, 'logs', 'claudacity.log');
      const print = (line: string) => terminal.print(json ? line : entryText(line, terminal.paint));
      const isShown = (line: string) => LEVELS.indexOf(levelOf(line)) <= LEVELS.indexOf(level);
      const { lines, position } = await readLines(file);
      const shown = lines.filter(isShown);
      for (const line of count === 0 ? [] : shown.slice(-count)) print(line);
      if (lines.length === 0 && !follow) terminal.note(`There is no entry in ${file}.`);
      if (!follow) return;
      await followLines(file, position, (line) => isShown(line) && print(line), signal);
    });
};

interface Entry {
  time?: unknown;
  level?: unknown;
  message?: unknown;
}

function parseEntry(line: string): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** What is no entry counts as the most important. */
function levelOf(line: string): Level {
  const level = parseEntry(line)?.level;
  return LEVELS.find((one) => one === level) ?? 'error';
}

function entryText(line: string, paint: Paint): string {
  const entry = parseEntry(line);
  if (entry === undefined) return line;
  const { time, level, message, ...fields } = entry;
  const colour = level === 'error' ? paint.bad : level === 'warn' ? paint.warn : paint.dim;
  const details = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  const at = typeof time === 'string' ? dateTime(Date.parse(time)) : '';
  return `${at} ${colour(String(level).padEnd(5))} ${String(message)}${paint.dim(details.join(''))}`;
}
