/** A clean Debian for tests of packages: the file system of a small installation that systemd can boot in a container. Needs Linux and root. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { captureOutput, ROOT } from './command.mjs';
import { Problem, runStep } from './step.mjs';
import { ensurePrograms } from './systemPackages.mjs';

/** The newest release that the oldest supported glibc is older than. */
const RELEASE = 'bookworm';
/**
 * An init system with logins and user services, a session bus, a screen, and dex, which starts desktop entries. libfuse2 and fuse3 are for AppImages. No
 * library of Electron's that these do not need themselves: the package has to bring them.
 */
const CONTENT = [
  ...['ca-certificates', 'systemd', 'systemd-sysv', 'dbus', 'dbus-user-session', 'libpam-systemd', 'procps'],
  ...['xvfb', 'dex', 'libfuse2', 'fuse3'],
];
const CACHE = path.join(ROOT, '.cache', 'package');

/** Downloaded packages, kept for the next run. */
export const APT_ARCHIVES = path.join(CACHE, 'apt');

/**
 * Finds or makes the file system.
 * @returns {Promise<string>} its folder, which nobody may write to
 * @throws {Problem} if this computer cannot make it
 */
export async function ensureDebianRoot() {
  // Another content is another folder.
  const content = createHash('sha256').update(CONTENT.join()).digest('hex').slice(0, 8);
  const root = path.join(CACHE, `root-${RELEASE}-${content}`);
  fs.mkdirSync(path.join(APT_ARCHIVES, 'partial'), { recursive: true });
  if (fs.existsSync(root)) return root;
  await ensurePrograms(
    { mmdebstrap: 'mmdebstrap', 'systemd-nspawn': 'systemd-container' },
    'The packages are tested in a Debian of their own',
  );
  const incoming = `${root}-incoming`;
  fs.rmSync(incoming, { recursive: true, force: true });
  await runStep('Make a clean Debian (mmdebstrap)', async () => {
    const options = ['--variant=minbase', `--include=${CONTENT.join(',')}`, RELEASE, incoming];
    const { code, output } = await captureOutput('mmdebstrap', options, { timeoutMs: 10 * 60_000 });
    if (code !== 0)
      throw new Problem(`mmdebstrap failed:\n${output.trim().split('\n').slice(-5).join('\n')}`, 'It needs root.');
  });
  fs.renameSync(incoming, root);
  return root;
}
