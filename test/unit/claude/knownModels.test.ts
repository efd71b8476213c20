/** The models that the CLI has listed are kept for the next run of the app. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openKnownModels } from '../../../app/claude/knownModels';
import { removeFolder, scratchFolder } from '../../support/cli';

const LISTED = [{ value: 'sonnet', resolvedModel: 'claude-sonnet-5-5', displayName: 'Sonnet' }];

let folder: string;
let warnings: string[];
beforeEach(async () => {
  folder = await scratchFolder();
  warnings = [];
});
afterEach(() => removeFolder(folder));

const open = (file = path.join(folder, 'data', 'models.json')) => openKnownModels(file, (text) => warnings.push(text));

test('are current in the run that has learned them, and stored for the next one', () => {
  const first = open();
  expect([first.current, first.stored(undefined)]).toEqual([[], []]);
  expect(first.learn('2.1.330', LISTED)).toBe(true);
  first.learnLimits('claude-sonnet-5-5', { contextWindow: 1_000_000 });
  expect(first.learn('2.1.330', LISTED)).toBe(false);

  const second = open();

  expect(second.current).toEqual([]);
  expect(second.stored('2.1.330')).toEqual(first.current);
  expect(second.stored(undefined)).toMatchObject([
    { id: 'sonnet', contextLength: 1_000_000 },
    { id: 'claude-sonnet-5-5' },
  ]);
});

test('are not those of another version, but its context windows are kept', () => {
  const first = open();
  first.learn('2.1.330', LISTED);
  first.learnLimits('claude-sonnet-5-5', { contextWindow: 500_000 });

  const second = open();
  expect(second.stored('2.1.400')).toEqual([]);
  second.learn('2.1.400', LISTED);

  expect(second.current[0]).toMatchObject({ id: 'sonnet', contextLength: 500_000 });
  expect(open().stored('2.1.400')).toHaveLength(2);
});

test('an empty list is ignored', () => {
  const known = open();
  known.learn('2.1.330', LISTED);
  expect(known.learn('2.1.330', [])).toBe(false);
  expect(known.current).toHaveLength(2);
});

test.each(['', '{"version":5}', 'null'])('are none where the file holds %j', async (content) => {
  const file = path.join(folder, 'models.json');
  await writeFile(file, content);
  expect(open(file).stored(undefined)).toEqual([]);
});

test('are known although the file cannot be written, with a warning', async () => {
  const file = path.join(folder, 'models.json');
  await mkdir(file);
  const known = open(file);
  known.learn('2.1.330', LISTED);
  expect(known.current).toHaveLength(2);
  expect(warnings).toEqual([expect.stringContaining('could not be stored')]);
});

test.skipIf(process.platform === 'win32')('are stored for this user alone', async () => {
  open().learn('2.1.330', LISTED);
  const file = path.join(folder, 'data', 'models.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: '2.1.330', models: LISTED });
});
