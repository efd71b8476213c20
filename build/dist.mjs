/**
 * `npm run dist`: builds the packages for the system it runs on, into dist/. Where Electron's release page cannot be
 * reached it builds what can be built without, on the old Electron that a registry has: to try packaging, not to publish.
 */
import './setup/node.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CLEAN_REGISTRY_DIST, ensureElectron, REGISTRY_ELECTRON_VERSION } from './electron.mjs';
import { captureOutput, ROOT, runInForeground } from './setup/command.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { Problem, printLine, runCommand, runStep } from './setup/step.mjs';
import { ensurePrograms, isOnPath } from './setup/systemPackages.mjs';

const BUILDER = path.join(ROOT, 'node_modules', 'electron-builder', 'cli.js');

async function dist() {
  await ensurePackages();
  await bundle();
  const { origin } = await ensureElectron();
  const system = { darwin: '--mac', win32: '--win' }[/** @type {string} */ (process.platform)] ?? '--linux';
  const code =
    origin === 'registry'
      ? await runInForeground(process.execPath, [BUILDER, '--linux', ...(await localTargets()), ...localOptions()], {
          env: await localEnvironment(),
        })
      : await runInForeground(process.execPath, [BUILDER, system, '--publish', 'never']);
  if (code !== 0) throw new Problem('electron-builder failed.', 'Its messages above say what it missed.');
  const built = fs
    .readdirSync(path.join(ROOT, 'dist'))
    .filter((name) => /\.(deb|rpm|gz|AppImage|exe|dmg|zip)$/.test(name));
  printLine(`In dist/: ${built.join(', ')}`);
}

/**
 * Builds a .deb to be tested here: quickly, so hardly compressed.
 * @returns {Promise<string>} its path
 * @throws {Problem} where this system cannot
 */
export async function buildDeb() {
  if (process.platform !== 'linux' || !isOnPath('dpkg-deb')) {
    throw new Problem('A .deb can only be built on Debian, Ubuntu and their kin.', 'Run this check there.');
  }
  await bundle();
  const { origin, dir } = await ensureElectron();
  const electron = origin === 'registry' ? localOptions() : [`-c.electronDist=${dir}`, '--publish', 'never'];
  return runStep('Build the .deb', async () => {
    const { code, output } = await captureOutput(
      process.execPath,
      [BUILDER, '--linux', 'deb', '-c.deb.compression=gz', ...electron],
      {
        env: { ...(await localEnvironment()), FPM_DEB_LEVEL: '1' },
      },
    );
    if (code !== 0)
      throw new Problem(`electron-builder failed:\n${output.trim()}`, 'Its messages above say what it missed.');
    const built = /building +target=deb.* file=(\S+)/.exec(output)?.[1];
    if (!built) throw new Problem(`electron-builder named no .deb:\n${output.trim()}`, 'Look into dist/.');
    return path.join(ROOT, built);
  });
}

async function bundle() {
  const { bundle } = await import('./bundle.mjs');
  await runStep('Bundle', bundle).catch(() => {
    throw new Problem('The app could not be bundled.', 'The messages above name the files and lines.');
  });
}

async function localTargets() {
  printLine(
    `Only a registry is in reach: packages are built on Electron ${REGISTRY_ELECTRON_VERSION}, to be tried, not published.`,
  );
  printLine('Left out: AppImage (its runtime is downloaded from a release page), and all that is for other systems.');
  await ensurePrograms({ '7za': 'p7zip-full' }, 'A tar.gz is packed with 7za');
  if (!isOnPath('rpmbuild')) printLine('Left out: rpm (rpmbuild is not installed; Debian has it in the package rpm).');
  return ['deb', 'tar.gz', ...(isOnPath('rpmbuild') ? ['rpm'] : [])];
}

function localOptions() {
  return [
    `-c.electronVersion=${REGISTRY_ELECTRON_VERSION}`,
    // The development copy has a loader in it that must not be packed along.
    `-c.electronDist=${path.relative(ROOT, CLEAN_REGISTRY_DIST)}`,
    '--publish',
    'never',
  ];
}

/** The tools that electron-builder would download, replaced by those of this system. @returns {Promise<NodeJS.ProcessEnv>} */
async function localEnvironment() {
  return {
    ...process.env,
    CUSTOM_FPM_PATH: path.join(ROOT, 'build', 'tools', 'fpm.mjs'),
    ELECTRON_BUILDER_7ZIP_PATH: '/usr/bin/7za',
    ELECTRON_BUILDER_COMPRESSION_LEVEL: '3',
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await runCommand(dist);
