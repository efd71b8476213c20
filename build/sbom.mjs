/**
 * `npm run sbom`: writes dist/claudacity-<version>.cdx.json, the list of what a package is made of, as CycloneDX 1.5: the packages whose code is in
 * the bundles, and Electron. npm describes them; the bundler knows which of them are packed.
 */
import './setup/node.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
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

/** @param {string} licenses @returns {Set<string>} `name@version` */
function packedPackages(licenses) {
  const headings = licenses.split(`\n${'-'.repeat(80)}\n\n`).map((text) => text.slice(0, text.indexOf('\n')));
  return new Set(headings.map((heading) => heading.replace(/ (?=[^ ]+$)/, '@')));
}

async function sbom() {
  const licenses = path.join(ROOT, 'out', 'licenses.txt');
  if (!fs.existsSync(licenses)) throw new Problem('There is no bundle.', 'Run: npm run bundle');
  const list = await listPackages(fs.readFileSync(licenses, 'utf8'));
  const file = path.join('dist', `${MANIFEST.name}-${MANIFEST.version}.cdx.json`);
  fs.mkdirSync(path.join(ROOT, 'dist'), { recursive: true });
  fs.writeFileSync(path.join(ROOT, file), `${JSON.stringify(list, undefined, 2)}\n`);
  printLine(`${file}: ${list.components.length} components`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await runCommand(sbom);
