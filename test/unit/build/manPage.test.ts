import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { commandDocuments } from '../../../build/manPage.mjs';

test('the manual page and the completions of the packages are those of the command: node build/manPage.mjs', async () => {
  for (const [file, text] of await commandDocuments())
    expect([path.basename(file), readFileSync(file, 'utf8')]).toEqual([path.basename(file), text]);
});
