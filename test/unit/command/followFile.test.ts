import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followLines, readLines } from '../../../app/command/followFile';
import { removeFolder, scratchFolder } from '../../support/cli';

let folder: string;
beforeAll(async () => {
  folder = await scratchFolder();
});
afterAll(() => removeFolder(folder));

test('lines are read, and followed over the file that takes its place', async () => {
  const file = path.join(folder, 'a.log');
  writeFileSync(file, 'one\ntwo\nthr');
  const { lines, position } = await readLines(file);
  expect(lines).toEqual(['one', 'two']);
  const end = new AbortController();
  const seen: string[] = [];
  const following = followLines(file, position, (line) => void seen.push(line), end.signal);
  appendFileSync(file, 'ee\nfour\n');
  await expect.poll(() => seen, { timeout: 5_000 }).toEqual(['three', 'four']);
  renameSync(file, `${file}.1`);
  writeFileSync(file, 'fünf\n');
  await expect.poll(() => seen.at(-1), { timeout: 5_000 }).toBe('fünf');
  writeFileSync(file, 'six\n');
  await expect.poll(() => seen.at(-1), { timeout: 5_000 }).toBe('six');
  end.abort();
  await following;
});

test('a file that is not there yet is followed from its start', async () => {
  const file = path.join(folder, 'b.log');
  const { lines, position } = await readLines(file);
  expect(lines).toEqual([]);
  const end = new AbortController();
  const seen: string[] = [];
  const following = followLines(file, position, (line) => void seen.push(line), end.signal);
  writeFileSync(file, 'first\n');
  await expect.poll(() => seen, { timeout: 5_000 }).toEqual(['first']);
  end.abort();
  await following;
});
