/** Builds what the package tests look into and install (test/package). */
import { buildForTests, prepareContents } from './dist.mjs';
import { CLEAN_REGISTRY_DIST, ensureElectron } from './electron.mjs';
import { APT_ARCHIVES, ensureDebianRoot } from './setup/debianRoot.mjs';
import { ensurePrograms } from './setup/systemPackages.mjs';

/** The programs that check packages, and the Debian packages that have them. */
const PROGRAMS = {
  rpmbuild: 'rpm',
  lintian: 'lintian',
  appstreamcli: 'appstream',
  '7za': 'p7zip-full',
  makensis: 'nsis',
};

/**
 * For all systems; with CLAUDACITY_PACKAGES_OF=linux for this one's processor alone.
 * @returns {Promise<Record<string, unknown>>} as `Packages` in test/package/support/packages.ts
 * @throws {import('./setup/step.mjs').Problem} if this computer cannot build or test them
 */
export async function buildTestPackages() {
  await ensurePrograms(PROGRAMS, 'The packages are built and checked with them');
  const [debian, packages] = await Promise.all([ensureDebianRoot(), buildAll()]);
  return { ...packages, debian, archives: APT_ARCHIVES };
}

async function buildAll() {
  const { origin, dir } = await ensureElectron();
  await prepareContents();
  return {
    ...(await buildForTests('linux', ['deb', 'rpm', 'tar.gz', 'AppImage'])),
    electron: origin === 'registry' ? CLEAN_REGISTRY_DIST : dir,
    // They take a minute and download 160 MB.
    others: process.env.CLAUDACITY_PACKAGES_OF === 'linux' ? {} : await buildOthers(),
  };
}

async function buildOthers() {
  return {
    'linux-arm64': (await buildForTests('linux', ['dir'], 'arm64')).dir,
    'win32-x64': (await buildForTests('win', ['dir'])).dir,
    'win32-arm64': (await buildForTests('win', ['dir'], 'arm64')).dir,
    'darwin-arm64': (await buildForTests('mac', ['dir'])).dir,
  };
}
