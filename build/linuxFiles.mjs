/**
 * Writes the files that a Linux system has outside a program's own folder: AppStream metadata, manual, completions, copyright, changelog and
 * the question for the rights of an update.
 * electron-builder packs them (`.cache/package/share` in electron-builder.yml).
 */
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { debianChangelog } from './linux/changelog.mjs';
import { captureOutput, ROOT } from './setup/command.mjs';
import { Problem } from './setup/step.mjs';

const SHARE = path.join(ROOT, '.cache', 'package', 'share');
const APP_ID = 'local.claudacity.server';
/** Where each shell looks for the completions of `claudacity`. */
const COMPLETIONS = {
  bash: 'bash-completion/completions/claudacity',
  zsh: 'zsh/vendor-completions/_claudacity',
  fish: 'fish/vendor_completions.d/claudacity.fish',
};

/**
 * Needs the bundles in out/: the completions are what the command itself prints.
 * @returns {Promise<string>} the folder
 * @throws {Problem} if the command prints none
 */
export async function writeLinuxFiles() {
  fs.rmSync(SHARE, { recursive: true, force: true });
  const { version } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const date = await commitDate();
  const source = (/** @type {string} */ name) => fs.readFileSync(path.join(ROOT, 'build', 'linux', name), 'utf8');
  const changelog = fs.readFileSync(path.join(ROOT, 'CHANGELOG.md'), 'utf8');

  const metadata = source(`${APP_ID}.metainfo.xml`);
  write(
    `metainfo/${APP_ID}.metainfo.xml`,
    metadata.replace('@VERSION@', version).replace('@DATE@', date.toISOString().slice(0, 10)),
  );
  write(`polkit-1/actions/${APP_ID}.policy`, source(`${APP_ID}.policy`));
  write('man/man1/claudacity.1.gz', gzipSync(source('claudacity.1'), { level: 9 }));
  write('doc/claudacity/copyright', source('copyright'));
  write('doc/claudacity/changelog.gz', gzipSync(debianChangelog(changelog, version, date), { level: 9 }));
  for (const [shell, file] of Object.entries(COMPLETIONS)) write(file, await completion(shell));
  return SHARE;
}

/** @param {string} shell */
async function completion(shell) {
  const command = [path.join(ROOT, 'out', 'cli.cjs'), 'completion', shell];
  const { code, output } = await captureOutput(process.execPath, command, { timeoutMs: 30_000 });
  if (code === 0 && output !== '') return output;
  throw new Problem(`\`claudacity completion ${shell}\` failed:\n${output.trim()}`, 'Run it by hand: node out/cli.cjs');
}

/** When the packed source was committed, so that the same source makes the same package; now if this is no checkout. */
async function commitDate() {
  const { code, output } = await captureOutput('git', ['log', '-1', '--format=%ct'], { timeoutMs: 10_000 });
  return code === 0 ? new Date(Number(output) * 1000) : new Date();
}

/** @param {string} name @param {string | Buffer} content */
function write(name, content) {
  const file = path.join(SHARE, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}
