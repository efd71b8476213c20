#!/usr/bin/env node
/**
 * A replacement of fpm, with which electron-builder makes .deb and .rpm files, for machines that cannot download it. Supports
 * the options that electron-builder uses, by calling dpkg-deb and rpmbuild. FPM_DEB_LEVEL sets the compression level.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { folderSize } from '../setup/folderSize.mjs';

const FLAGS = new Set(['--force', '--debug']);
const SCRIPTS = { 'after-install': 'postinst', 'after-remove': 'postrm' };

const options = parse(process.argv.slice(2));
const stage = fs.mkdtempSync(path.join(os.tmpdir(), 'fpm-'));
try {
  const root = path.join(stage, 'root');
  for (const { from, to } of options.files) copy(from, path.join(root, to));
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
  fs.chmodSync(file, info.isDirectory() || info.mode & 0o100 ? 0o755 : 0o644);
  if (info.isDirectory()) for (const name of fs.readdirSync(file)) makeReadable(path.join(file, name));
}

/** @param {string} root */
function buildDeb(root) {
  fs.chmodSync(root, 0o755);
  for (const dir of fs.readdirSync(root)) makeReadable(path.join(root, dir));
  const sizeInKiB = Math.ceil(folderSize(root) / 1024);
  const meta = path.join(root, 'DEBIAN');
  fs.mkdirSync(meta);
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
  for (const [option, script] of Object.entries(SCRIPTS)) {
    fs.copyFileSync(options.last(option), path.join(meta, script));
    fs.chmodSync(path.join(meta, script), 0o755);
  }
  const level = process.env.FPM_DEB_LEVEL ? [`-z${process.env.FPM_DEB_LEVEL}`] : [];
  const compression = [`-Z${options.last('deb-compression', 'xz').replace(/^gz$/, 'gzip')}`, ...level];
  const target = options.last('package');
  execFileSync('dpkg-deb', ['--root-owner-group', ...compression, '--build', root, target], { stdio: 'inherit' });
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
AutoReqProv: no
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
%post
${fs.readFileSync(options.last('after-install'), 'utf8')}
%postun
${fs.readFileSync(options.last('after-remove'), 'utf8')}
%files
%defattr(-,root,root,-)
${options.files.map(({ to }) => `"${to}"`).join('\n')}
`,
  );
  execFileSync('rpmbuild', ['-bb', '--define', `_topdir ${stage}`, '--target', arch, spec], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const folder = path.join(stage, 'RPMS', arch);
  fs.copyFileSync(path.join(folder, fs.readdirSync(folder)[0] ?? ''), options.last('package'));
}
