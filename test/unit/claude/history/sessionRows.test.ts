/** The CLI's notes for session files: learned once for each model, kept in a file, and forgotten where the environment changes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SessionRow } from '../../../../app/claude/history/learnRows';
import { createSessionRows, type SessionRowsOptions } from '../../../../app/claude/history/sessionRows';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claudacity-test-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const NOTE: SessionRow = { attachment: { type: 'environment' }, rendered: [{ content: 'a folder of 2020-01-01' }] };
const dateRow = (date: string): SessionRow => ({
  attachment: { type: 'date', date },
  rendered: [{ content: `Today's date is ${date}.` }],
  renderedRole: 'system',
});

function open(options: Partial<SessionRowsOptions> = {}) {
  const warnings: string[] = [];
  const learn = vi.fn(async (_model: string) => [NOTE, dateRow('2020-01-01')] as const);
  const rows = createSessionRows({
    ...{ file: path.join(folder, 'rows.json'), environment: () => ['2.1.330', folder], learn, delayMs: 0 },
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  return { rows, learn, warnings };
}

/** Asks until the rows are there. */
const learned = (rows: ReturnType<typeof open>['rows'], model: string) =>
  vi.waitFor(() => {
    const known = rows.rowsFor(model);
    if (known.length === 0) throw new Error('not learned yet');
    return known;
  });

test('are learned in the background, once', async () => {
  const { rows, learn } = open();

  expect(rows.rowsFor('claude-sonnet')).toEqual([]);
  await learned(rows, 'claude-sonnet');

  expect(learn.mock.calls.map(([model]) => model)).toEqual(['claude-sonnet']);
});

test('have the date of today, wherever they were learned', async () => {
  const { rows } = open();

  const [note, date] = await learned(rows, 'claude-sonnet');

  const now = new Date();
  const pad = (part: number) => String(part).padStart(2, '0');
  expect(note).toEqual(NOTE);
  expect(date).toEqual(dateRow(`${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`));
});

test('are kept for the next start of the app', async () => {
  await learned(open().rows, 'claude-sonnet');

  const { rows, learn } = open();

  expect(rows.rowsFor('claude-sonnet')).toHaveLength(2);
  expect(learn).not.toHaveBeenCalled();
});

test('are learned anew for another version, shell or folder', async () => {
  await learned(open().rows, 'claude-sonnet');

  const { rows } = open({ environment: () => ['2.1.331', folder] });

  expect(rows.rowsFor('claude-sonnet')).toEqual([]);
  await learned(rows, 'claude-sonnet');
  expect(readFileSync(path.join(folder, 'rows.json'), 'utf8')).toContain('2.1.331');
});

test('are none, with one warning, where they cannot be learned', async () => {
  const learn = vi.fn(async () => {
    throw new Error('no answer');
  });
  const { rows, warnings } = open({ learn });

  rows.rowsFor('claude-sonnet');
  await vi.waitFor(() => expect(warnings).toEqual([expect.stringContaining('no answer')]));
  expect(rows.rowsFor('claude-sonnet')).toEqual([]);
  await rows.close();

  expect(learn).toHaveBeenCalledTimes(1);
});

test('are none for a model whose name is not known, and where the file cannot be read', () => {
  writeFileSync(path.join(folder, 'rows.json'), '{"environment":1}');
  const { rows, learn } = open();

  expect(rows.rowsFor(undefined)).toEqual([]);
  expect(learn).not.toHaveBeenCalled();
  expect(rows.rowsFor('claude-sonnet')).toEqual([]);
});

test('are not learned any more when the app is stopping', async () => {
  const { rows, learn, warnings } = open({ delayMs: 60_000 });
  rows.rowsFor('claude-sonnet');

  await rows.close();

  expect(learn).not.toHaveBeenCalled();
  expect(warnings).toEqual([]);
});
