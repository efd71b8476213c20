import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openToldAddresses } from '../../../../app/desktop/notifications/toldAddresses';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'told-addresses-'));
  file = path.join(folder, 'toldAddresses.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const noWarning = (message: string) => expect.unreachable(message);

test('an address is known after a restart, in a file that only the user can read', async () => {
  const told = openToldAddresses(file, noWarning);
  told.add('10.0.0.1');
  told.add('10.0.0.2');
  await told.written();
  const reopened = openToldAddresses(file, noWarning);
  expect(['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(reopened.has)).toEqual([true, true, false]);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('the oldest addresses are forgotten, so that the file stays small', async () => {
  const told = openToldAddresses(file, noWarning);
  for (let index = 0; index < 510; index++) told.add(`10.0.${index >> 8}.${index & 255}`);
  await told.written();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(500);
  expect([told.has('10.0.0.9'), told.has('10.0.0.10')]).toEqual([false, true]);
});

test.each(['', '{"10.0.0.1":1}', '[1]'])('a damaged file counts as empty: %j', (text) => {
  writeFileSync(file, text);
  expect(openToldAddresses(file, noWarning).has('10.0.0.1')).toBe(false);
});

test('where the file cannot be written, the log is told and the addresses hold for this run', async () => {
  const warnings: string[] = [];
  writeFileSync(path.join(folder, 'taken'), '');
  const told = openToldAddresses(path.join(folder, 'taken', 'toldAddresses.json'), (message) => warnings.push(message));
  told.add('10.0.0.1');
  await told.written();
  expect(warnings).toEqual([expect.stringContaining('could not be stored')]);
  expect(told.has('10.0.0.1')).toBe(true);
});
