/** What is installed is what was looked at: exact versions, checked contents, and no scripts of other people's. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { INSTALL_SCRIPTS } from '../../../build/setup/installScripts.mjs';

const Versions = z.record(z.string(), z.string());
const Manifest = z.object({ dependencies: Versions, devDependencies: Versions });
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
});

const read = <Value>(file: string, schema: z.ZodType<Value>) => schema.parse(JSON.parse(readFileSync(file, 'utf8')));

const locked = Object.entries(read('package-lock.json', Lock).packages).filter(([folder]) => folder !== '');

test('npm runs no install scripts and saves exact versions', () => {
  const lines = readFileSync('.npmrc', 'utf8').split('\n');
  expect(lines).toEqual(expect.arrayContaining(['ignore-scripts=true', 'save-exact=true']));
});

test('every package with an install script is listed, with what happens in its place', () => {
  const names = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([folder]) => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length));
  expect([...new Set(names)].sort()).toEqual(INSTALL_SCRIPTS.map(({ name }) => name).sort());
  for (const { does, instead } of INSTALL_SCRIPTS) expect([does, instead]).not.toContain('');
});

test('package.json has no ranges', () => {
  const { dependencies, devDependencies } = read('package.json', Manifest);
  const ranges = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  expect(ranges).toEqual([]);
});

test('the lockfile has the hash of every package', () => {
  const unchecked = locked.filter(([, { integrity, link }]) => !link && !integrity?.startsWith('sha512-'));
  expect(unchecked.map(([folder]) => folder)).toEqual([]);
});
