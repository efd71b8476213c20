/**
 * `npm run sbom`: writes dist/claudacity-<version>.cdx.json, the list of what a package is made of, as CycloneDX 1.5: the packages whose code is in
 * the bundles, and Electron. npm describes them; the bundler knows which of them are packed.
 */
import './setup/node.mjs';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { captureOutput, npmCommand, ROOT } from './setup/command.mjs';
import { Problem, printLine, runCommand } from './setup/step.mjs';

const MANIFEST = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

/** @typedef {{ 'bom-ref': string, type: string, name: string, version: string, [key: string]: unknown }} Component */

/**
 * @param {string} licenses the text of out/licenses.txt, which the bundler writes
 * @returns {Promise<{ components: Component[], [key: string]: unknown }>} the list, as CycloneDX's JSON
 * @throws {Problem} if npm does not describe a package that is in the bundles
 */
export async function listPackages(licenses) {
  const { command, args } = npmCommand();
  const options = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  const { code, output } = await captureOutput(command, [...args, ...options]);
  if (code !== 0) throw new Problem(`npm sbom failed:\n${output.trim()}`, 'It needs npm 10 or newer.');
  const list = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  /** @type {Component[]} */
  const all = list.components;
  const packed = packedPackages(licenses);
  const components = all.filter(({ 'bom-ref': ref }) => packed.has(ref));
  const missing = [...packed].filter((ref) => !components.some((one) => one['bom-ref'] === ref));
  if (missing.length > 0) throw new Problem(`npm knows nothing of: ${missing.join(', ')}.`, 'Run npm ci.');
  const electron = all.find(({ name }) => name === 'electron');
  if (electron) components.push({ ...electron, type: 'framework', scope: 'required' });
  const refs = new Set(components.map((one) => one['bom-ref']));
  return {
    ...list,
    metadata: { ...list.metadata, component: { ...list.metadata.component, name: MANIFEST.name } },
    components: components.map((component) => ({ ...component, scope: 'required' })),
    dependencies: [
      { ref: list.metadata.component['bom-ref'], dependsOn: [...refs] },
      ...components.map((component) => ({ ref: component['bom-ref'] })),
    ],
  };
}

/**
 * Checks a list against CycloneDX's own schema, which knows every key: nothing else may be in it.
 * @param {unknown} list
 * @throws {Problem} with the first faults
 */
export function demandValid(list) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv, { mode: 'fast', formats: ['date-time', 'email', 'uri'] });
  ajv.addFormat('iri-reference', /^[^\s<>"{}|\\^`]*$/).addFormat('idn-email', /^[^\s@]+@[^\s@]+$/);
  for (const name of ['spdx', 'jsf-0.82'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  const isValid = ajv.compile(schema('bom-1.5'));
  if (isValid(list)) return;
  const faults = JSON.stringify(isValid.errors?.slice(0, 5), undefined, 2);
  throw new Problem(`The list is not valid CycloneDX 1.5:\n${faults}`, 'npm describes a package in another way now.');
}

/** @param {string} name */
function schema(name) {
  const library = path.dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'));
  return JSON.parse(fs.readFileSync(path.join(library, 'res', 'schema', `${name}.SNAPSHOT.schema.json`), 'utf8'));
}

/** @param {string} licenses @returns {Set<string>} `name@version` */
function packedPackages(licenses) {
  const headings = licenses.split(`\n${'-'.repeat(80)}\n\n`).map((text) => text.slice(0, text.indexOf('\n')));
  return new Set(headings.map((heading) => heading.replace(/ (?=[^ ]+$)/, '@')));
}

async function sbom() {
  const licenses = path.join(ROOT, 'out', 'licenses.txt');
  if (!fs.existsSync(licenses)) throw new Problem('There is no bundle.', 'Run: npm run bundle');
  const list = await listPackages(fs.readFileSync(licenses, 'utf8'));
  demandValid(list);
  const file = path.join('dist', `${MANIFEST.name}-${MANIFEST.version}.cdx.json`);
  fs.mkdirSync(path.join(ROOT, 'dist'), { recursive: true });
  fs.writeFileSync(path.join(ROOT, file), `${JSON.stringify(list, undefined, 2)}\n`);
  printLine(`${file}: ${list.components.length} components, valid CycloneDX 1.5`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await runCommand(sbom);
