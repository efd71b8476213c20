/**
 * `npm run dist`: builds the packages for the current system into dist/. If Electron's release page cannot be reached, it
 * builds some of them on the old Electron from the npm registry, to test packaging and not to publish.
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
      ? await runInForeground(
          process.execPath,
          [BUILDER, '--linux', ...(await registryTargets()), ...registryOptions()],
          {
            env: await systemToolsEnvironment(),
          },
        )
      : await runInForeground(process.execPath, [BUILDER, system, '--publish', 'never']);
  if (code !== 0) throw new Problem('electron-builder failed.', 'Its messages above name the cause.');
  const built = fs
    .readdirSync(path.join(ROOT, 'dist'))
    .filter((name) => /\.(deb|rpm|gz|AppImage|exe|dmg|zip)$/.test(name));
  printLine(`In dist/: ${built.join(', ')}`);
}

/**
 * Builds a .deb for the package tests, with the fastest compression.
 * @returns {Promise<string>} its path
 * @throws {Problem} if this system cannot build one
 */
export async function buildDeb() {
  if (process.platform !== 'linux' || !isOnPath('dpkg-deb')) {
    throw new Problem('A .deb can only be built on Debian, Ubuntu and systems based on them.', 'Run this check there.');
  }
  await bundle();
  const { origin, dir } = await ensureElectron();
  const electron = origin === 'registry' ? registryOptions() : [`-c.electronDist=${dir}`, '--publish', 'never'];
  return runStep('Build the .deb', async () => {
    const { code, output } = await captureOutput(
      process.execPath,
      [BUILDER, '--linux', 'deb', '-c.deb.compression=gz', ...electron],
      {
        env: { ...(await systemToolsEnvironment()), FPM_DEB_LEVEL: '1' },
      },
    );
    if (code !== 0)
      throw new Problem(`electron-builder failed:\n${output.trim()}`, 'Its messages above name the cause.');
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

async function registryTargets() {
  printLine(
    `Electron's release page cannot be reached: building test packages on Electron ${REGISTRY_ELECTRON_VERSION}. Do not publish them.`,
  );
  printLine('Left out: AppImage (its runtime is downloaded from a release page) and the packages for other systems.');
  await ensurePrograms({ '7za': 'p7zip-full' }, 'electron-builder packs a tar.gz with 7za');
  if (!isOnPath('rpmbuild')) printLine('Left out: rpm (rpmbuild is not installed; Debian has it in the package rpm).');
  return ['deb', 'tar.gz', ...(isOnPath('rpmbuild') ? ['rpm'] : [])];
}

function registryOptions() {
  return [
    `-c.electronVersion=${REGISTRY_ELECTRON_VERSION}`,
    // The copy for development contains a loader that must not be in a package.
    `-c.electronDist=${path.relative(ROOT, CLEAN_REGISTRY_DIST)}`,
    '--publish',
    'never',
  ];
}

/** Makes electron-builder use tools of this system instead of downloading its own. @returns {Promise<NodeJS.ProcessEnv>} */
async function systemToolsEnvironment() {
  return {
    ...process.env,
    CUSTOM_FPM_PATH: path.join(ROOT, 'build', 'tools', 'fpm.mjs'),
    ELECTRON_BUILDER_7ZIP_PATH: '/usr/bin/7za',
    ELECTRON_BUILDER_COMPRESSION_LEVEL: '3',
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await runCommand(dist);
