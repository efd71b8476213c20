/** What `npm run test:wine` needs: a Debian with wine, a Windows registry, the packaged app and programs for Windows. Needs Linux and root. */
import fs from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { ROOT } from '../setup/command.mjs';
import { Problem, runStep } from '../setup/step.mjs';
import { ensurePrograms } from '../setup/systemPackages.mjs';
import { CACHE, ensureWindowsApp, run } from './windowsApp.mjs';

/** Its wine is new enough for Node 20 and for claude.exe; that of Debian 12 is not. */
const RELEASE = 'trixie';
const WINE = '/usr/lib/wine/wine64';
/** Without these, no program is found in PATH. */
const VARIABLES = {
  PATH: ['REG_EXPAND_SZ', '%SystemRoot%\\system32;%SystemRoot%;%SystemRoot%\\system32\\wbem'],
  windir: ['REG_EXPAND_SZ', '%SystemRoot%'],
  ComSpec: ['REG_EXPAND_SZ', '%SystemRoot%\\system32\\cmd.exe'],
  PATHEXT: ['REG_SZ', '.COM;.EXE;.BAT;.CMD;.VBS;.JS'],
  OS: ['REG_SZ', 'Windows_NT'],
  TEMP: ['REG_EXPAND_SZ', '%SystemRoot%\\TEMP'],
};
const ENVIRONMENT_KEY = 'HKLM\\System\\CurrentControlSet\\Control\\Session Manager\\Environment';

/**
 * @returns {Promise<Record<string, string>>} as `Prepared` in test/wine/support/wine.ts
 * @throws {Problem} if this computer cannot prepare it
 */
export async function prepareWine() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Problem(
      'The tests under wine run in a Debian of their own, which needs Linux and root.',
      'Run: sudo npm run test:wine',
    );
  }
  const root = await ensureRoot();
  const prefix = await ensurePrefix(root);
  const programs = await ensureWindowsApp();
  const harness = path.join(CACHE, 'harness.cjs');
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: ['test/wine/support/harness.ts'],
    outfile: harness,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
  });
  await esbuild.stop();
  return { root, prefix, ...programs, harness, command: path.join(ROOT, 'out', 'cli.cjs') };
}

async function ensureRoot() {
  const root = path.join(CACHE, `root-${RELEASE}`);
  if (fs.existsSync(root)) return root;
  await ensurePrograms(
    { mmdebstrap: 'mmdebstrap', 'systemd-nspawn': 'systemd-container' },
    'Windows programs are run in a Debian of their own',
  );
  const incoming = `${root}-incoming`;
  fs.rmSync(incoming, { recursive: true, force: true });
  fs.mkdirSync(CACHE, { recursive: true });
  const content = ['ca-certificates', 'wine', 'wine64', 'xvfb', 'xauth', 'procps'];
  await runStep('Make a Debian with wine (mmdebstrap)', () =>
    run('mmdebstrap', ['--variant=minbase', `--include=${content.join(',')}`, RELEASE, incoming]),
  );
  fs.renameSync(incoming, root);
  return root;
}

/** The registry and the drive C that each test begins with. @param {string} root */
async function ensurePrefix(root) {
  const prefix = path.join(CACHE, 'prefix');
  if (fs.existsSync(prefix)) return prefix;
  const incoming = path.join(CACHE, 'prefix-incoming');
  fs.rmSync(incoming, { recursive: true, force: true });
  fs.mkdirSync(incoming);
  const variables = Object.entries(VARIABLES).map(
    ([name, [type, value]]) => `${WINE} reg add '${ENVIRONMENT_KEY}' /v ${name} /t ${type} /d '${value}' /f`,
  );
  const script = [`${WINE} wineboot -i`, ...variables, '/usr/lib/wine/wineserver -w'].join('\n');
  const settings = ['WINEPREFIX=/wine/prefix', 'HOME=/wine', 'XDG_RUNTIME_DIR=/tmp', 'WINEDEBUG=-all'];
  await runStep('Make a Windows registry (wineboot)', () =>
    run('systemd-nspawn', [
      ...['-q', '-D', root, '--volatile=overlay', '--register=no', '--keep-unit', '-M', `claudacity-${process.pid}`],
      ...[`--bind=${incoming}:/wine`, ...settings.map((setting) => `--setenv=${setting}`)],
      ...['--setenv=WINEDLLOVERRIDES=mscoree,mshtml,winemenubuilder.exe=', '--pipe', '/bin/sh', '-c', script],
    ]),
  );
  fs.renameSync(path.join(incoming, 'prefix'), prefix);
  fs.rmSync(incoming, { recursive: true });
  return prefix;
}
