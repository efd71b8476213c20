#!/usr/bin/env node
/**
 * Makes the .deb and the .rpm from what electron-builder passes to fpm, which it would download otherwise: with dpkg's format, rpmbuild and
 * tar alone. In contrast to fpm's, the .deb does not contain /opt, which dpkg would remove together with the package, and the .rpm names the
 * libraries that its programs link to. FPM_DEB_LEVEL sets the compression level.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { folderSize } from '../setup/folderSize.mjs';
import { writeArchive } from './ar.mjs';

const FLAGS = new Set(['--force', '--debug']);
const SCRIPTS = {
  'before-install': ['preinst', '%pre'],
  'after-install': ['postinst', '%post'],
  'before-remove': ['prerm', '%preun'],
  'after-remove': ['postrm', '%postun'],
};

const options = parse(process.argv.slice(2));
const stage = fs.mkdtempSync(path.join(os.tmpdir(), 'fpm-'));
try {
  const root = path.join(stage, 'root');
  for (const { from, to } of options.files) copy(from, path.join(root, to));
  const shared = options.files.map(({ to }) => path.join(root, to, 'usr')).find((folder) => fs.existsSync(folder));
  if (shared) moveShared(shared, path.join(root, 'usr'));
  for (const link of options.all('link')) {
    const [from = '', to = ''] = link.split('=');
    fs.mkdirSync(path.dirname(path.join(root, from)), { recursive: true });
    fs.symlinkSync(to, path.join(root, from));
  }
  const type = options.last('t');
  if (type === 'deb') buildDeb(root);
  else if (type === 'rpm') buildRpm(root);
  else throw new Error(`this replacement of fpm makes deb and rpm, not ${type}`);
} finally {
  fs.rmSync(stage, { recursive: true, force: true });
}

/** Parses fpm's arguments. Every option but the flags has a value; `from=to` is a file to pack. @param {string[]} argv */
function parse(argv) {
  /** @type {Map<string, string[]>} */
  const values = new Map();
  const files = [];
  const args = argv.filter((arg) => !FLAGS.has(arg));
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg.startsWith('-')) {
      const name = arg.replace(/^-+/, '');
      values.set(name, [...(values.get(name) ?? []), args[++i] ?? '']);
    } else {
      const separator = arg.lastIndexOf('=');
      files.push({ from: arg.slice(0, separator).replace(/\/$/, ''), to: arg.slice(separator + 1) });
    }
  }
  const all = (/** @type {string} */ name) => values.get(name) ?? [];
  return { all, last: (/** @type {string} */ name, fallback = '') => all(name).at(-1) ?? fallback, files };
}

/** @param {string} from @param {string} to */
function copy(from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  makeReadable(to);
}

/** Makes files readable to all users, regardless of the umask during the build. @param {string} file */
function makeReadable(file) {
  const info = fs.lstatSync(file);
  if (info.isSymbolicLink()) return;
  const executable = info.isDirectory() || (info.mode & 0o100 && !/\.so(\.\d+)*$/.test(file));
  fs.chmodSync(file, executable ? 0o755 : 0o644);
  if (info.isDirectory()) for (const name of fs.readdirSync(file)) makeReadable(path.join(file, name));
}

/** Moves the manual, the completions and so on from the app's folder to where the system looks for them. @param {string} from @param {string} to */
function moveShared(from, to) {
  fs.cpSync(from, to, { recursive: true, preserveTimestamps: true });
  fs.rmSync(from, { recursive: true });
}

/** @param {string} root */
function buildDeb(root) {
  fs.chmodSync(root, 0o755);
  for (const dir of fs.readdirSync(root)) makeReadable(path.join(root, dir));
  const sizeInKiB = Math.ceil(folderSize(root) / 1024);
  const meta = path.join(stage, 'control');
  fs.mkdirSync(meta, { mode: 0o755 });
  const [synopsis = '', ...description] = options
    .last('description')
    .split('\n')
    .map((line) => line.trim());
  const fields = {
    Package: options.last('name'),
    Version: options.last('version'),
    Architecture: options.last('architecture'),
    Maintainer: options.last('maintainer'),
    'Installed-Size': sizeInKiB,
    Depends: options.all('d').join(', '),
    Recommends: options.all('deb-recommends').join(', '),
    Section: options.last('category', 'utils'),
    Priority: options.last('deb-priority', 'optional'),
    Homepage: options.last('url'),
    Description: [synopsis, ...description.map((line) => ` ${line || '.'}`)].join('\n'),
  };
  const control = Object.entries(fields).filter(([, value]) => value !== '');
  fs.writeFileSync(path.join(meta, 'control'), control.map(([name, value]) => `${name}: ${value}\n`).join(''));
  fs.writeFileSync(path.join(meta, 'md5sums'), checksums(root));
  for (const [option, [script = '']] of Object.entries(SCRIPTS)) {
    if (!options.last(option)) continue;
    fs.copyFileSync(options.last(option), path.join(meta, script));
    fs.chmodSync(path.join(meta, script), 0o755);
  }
  fs.writeFileSync(path.join(stage, 'debian-binary'), '2.0\n');
  const members = [
    path.join(stage, 'debian-binary'),
    packFolder(meta, 'control', 'gz', '9'),
    // Every folder but /opt itself.
    packFolder(root, 'data', options.last('deb-compression', 'xz'), process.env.FPM_DEB_LEVEL, ['./opt']),
  ];
  writeArchive(options.last('package'), members);
}

/**
 * Packs a folder's content as root's, in the order of the names.
 * @param {string} folder
 * @param {string} name of the archive, without its ending
 * @param {string} compression xz, gz or zst
 * @param {string} [level]
 * @param {string[]} [left] folders that are left out, but not what is in them
 * @returns {string} the archive's path
 */
function packFolder(folder, name, compression, level = '', left = []) {
  const archive = path.join(stage, `${name}.tar.${compression}`);
  const compressor = { xz: 'xz -T0', gz: 'gzip -n', zst: 'zstd -q -T0' }[compression];
  if (!compressor) throw new Error(`this replacement of fpm does not compress with ${compression}`);
  const entries = [...entriesOf(folder)].filter((entry) => !left.includes(entry));
  execFileSync(
    'tar',
    [
      ...['--create', '--file', archive, '--directory', folder, '--format=gnu', '--no-recursion', '--null'],
      ...['--owner=root:0', '--group=root:0', '--use-compress-program', level ? `${compressor} -${level}` : compressor],
      ...['--files-from', '-'],
    ],
    { input: entries.join('\0'), stdio: ['pipe', 'inherit', 'inherit'] },
  );
  return archive;
}

/** All paths below a folder and it itself, as tar names them. @param {string} folder @param {string} name @returns {Generator<string>} */
function* entriesOf(folder, name = '.') {
  yield name;
  for (const entry of fs.readdirSync(path.join(folder, name), { withFileTypes: true }).sort(byName)) {
    if (entry.isDirectory()) yield* entriesOf(folder, `${name}/${entry.name}`);
    else yield `${name}/${entry.name}`;
  }
}

/** @param {fs.Dirent} a @param {fs.Dirent} b */
function byName(a, b) {
  return a.name < b.name ? -1 : 1;
}

/** What `dpkg --verify` compares with. @param {string} root */
function checksums(root) {
  return [...entriesOf(root)]
    .filter((entry) => fs.lstatSync(path.join(root, entry)).isFile())
    .map((entry) => {
      const content = fs.readFileSync(path.join(root, entry));
      return `${createHash('md5').update(content).digest('hex')}  ${entry.slice(2)}\n`;
    })
    .join('');
}

/** @param {string} root */
function buildRpm(root) {
  const arch = { amd64: 'x86_64', arm64: 'aarch64' }[options.last('architecture')] ?? options.last('architecture');
  const spec = path.join(stage, 'app.spec');
  fs.writeFileSync(
    spec,
    `%global _build_id_links none
%global __os_install_post %{nil}
%define _binary_payload w3T2.zstdio
%global __requires_exclude ^(${bundledLibraries(root).join('|')})
AutoReq: yes
AutoProv: no
Name: ${options.last('name')}
Version: ${options.last('version').replaceAll('-', '~')}
Release: 1
Summary: ${options.last('rpm-summary', options.last('description').split('\n')[0])}
License: ${options.last('license')}
URL: ${options.last('url')}
Vendor: ${options.last('vendor')}
Packager: ${options.last('maintainer')}
${options
  .all('d')
  .map((name) => `Requires: ${name}`)
  .join('\n')}
%description
${options.last('description')}
%install
mkdir -p %{buildroot}
cp -a "${root}/." %{buildroot}/
${Object.entries(SCRIPTS)
  .filter(([option]) => options.last(option))
  .map(([option, [, section]]) => `${section}\n${fs.readFileSync(options.last(option), 'utf8')}`)
  .join('\n')}
%files
%defattr(-,root,root,-)
${ownedPaths(root).join('\n')}
`,
  );
  execFileSync('rpmbuild', ['-bb', '--define', `_topdir ${stage}`, '--target', arch, spec], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const folder = path.join(stage, 'RPMS', arch);
  fs.copyFileSync(path.join(folder, fs.readdirSync(folder)[0] ?? ''), options.last('package'));
}

/** The libraries that the package brings along, as regular expressions. @param {string} root */
function bundledLibraries(root) {
  const names = [...entriesOf(root)].map((entry) => path.basename(entry)).filter((name) => /\.so(\.|$)/.test(name));
  return names.map((name) => name.replace(/[.+]/g, '\\\\$&'));
}

/** What belongs to the package alone: the app's folder, and each file that is elsewhere. @param {string} root */
function ownedPaths(root) {
  const elsewhere = [...entriesOf(root)].filter((entry) => {
    return !entry.startsWith('./opt/') && !fs.lstatSync(path.join(root, entry)).isDirectory();
  });
  const apps = fs.readdirSync(path.join(root, 'opt')).map((name) => `./opt/${name}`);
  return [...apps, ...elsewhere].map((entry) => `"${entry.slice(1)}"`);
}
