/** What the log file has, what it must never have, and that its size is bounded. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openLog } from '../../../app/log/log';
import { removeFolder, scratchFolder } from '../../support/cli';

let folder: string;

beforeEach(async () => {
  folder = await scratchFolder();
});

afterEach(() => removeFolder(folder));

async function lines(): Promise<Record<string, unknown>[]> {
  const text = await readFile(path.join(folder, 'logs', 'claudacity.log'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

test('each entry is one line of JSON with its fields, in the file when close has resolved', async () => {
  const log = openLog({ dataDir: folder, env: {} });

  log.info('Server listens', { port: 22434, host: undefined });
  log.error('It broke', { error: new Error('why') });
  await log.close();

  const [first, second] = await lines();
  expect(first).toEqual({ time: expect.any(String), level: 'info', message: 'Server listens', port: 22434 });
  expect(second).toMatchObject({ level: 'error', error: expect.stringContaining('Error: why\n    at ') });
});

test('all of many entries are in the file when close has resolved', async () => {
  const log = openLog({ dataDir: folder, env: {} });

  for (let n = 0; n < 5_000; n += 1) log.info('Entry', { n });
  await log.close();

  expect(await lines()).toHaveLength(5_000);
});

test('CLAUDACITY_LOG sets the level', async () => {
  const log = openLog({ dataDir: folder, env: { CLAUDACITY_LOG: 'WARN' } });

  log.info('Not this');
  log.warn('This');
  await log.close();

  expect((await lines()).map((line) => line.message)).toEqual(['This']);
});

test('an unknown level is logged, and info is used', async () => {
  const log = openLog({ dataDir: folder, env: { CLAUDACITY_LOG: 'loud' } });

  log.info('Still here');
  await log.close();

  expect((await lines()).map((line) => line.message)).toEqual([
    'CLAUDACITY_LOG must be one of error, warn, info, debug',
    'Still here',
  ]);
});

test('keys are masked in messages, fields and errors', async () => {
  const log = openLog({ dataDir: folder, env: {} });

  log.info('Key sk-ant-api03-secret', { header: 'Bearer c2VjcmV0', error: new Error('bad sk-ant-oat01-secret') });
  await log.close();

  const text = JSON.stringify(await lines());
  expect(text).not.toContain('secret');
  expect(text).not.toContain('c2VjcmV0');
});

test('a full file is followed by the next, and no more than five stay', async () => {
  const log = openLog({ dataDir: folder, env: {}, maxFileBytes: 2_000 });
  const newest = () => stat(path.join(folder, 'logs', 'claudacity.log'));

  for (let round = 0; round < 8; round += 1) {
    for (let n = 0; n < 30; n += 1) log.info('An entry of about a hundred bytes', { n });
    // The next file is begun only when the disk has written the full one.
    await vi.waitFor(async () => {
      log.info('One more');
      expect((await newest()).size).toBeLessThan(1_000);
    });
  }
  await log.close();

  const files = await readdir(path.join(folder, 'logs'));
  expect(files.length).toBeGreaterThan(1);
  expect(files.length).toBeLessThanOrEqual(5);
});

test('where the folder cannot be created, logging goes on without a file', async () => {
  await writeFile(path.join(folder, 'file'), '');

  const log = openLog({ dataDir: path.join(folder, 'file'), env: { CLAUDACITY_LOG: 'error' } });

  log.info('Not in any file');
  await log.close();
});
