import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { currentManPage } from '../../../build/manPage.mjs';

test('the manual page is that of the command: node build/manPage.mjs', async () => {
  expect(readFileSync('build/linux/claudacity.1', 'utf8')).toBe(await currentManPage());
});
