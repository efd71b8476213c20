#!/usr/bin/env node
/**
 * Stands in for fpm, which electron-builder downloads to make .deb and .rpm files, on machines that cannot download it:
 * maps the options that electron-builder gives it onto dpkg-deb and rpmbuild. FPM_DEB_LEVEL sets the compression's level.
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
  for (const { from, to } of options.files) put(from, path.join(root, to));
  const type = options.one('t');
  if (type === 'deb') buildDeb(root);
  else if (type === 'rpm') buildRpm(root);
  else throw new Error(`this stand-in for fpm makes deb and rpm, not ${type}`);
} finally {
  fs.rmSync(stage, { recursive: true, force: true });
}

/** Every option but the flags takes a value; `from=to` is a file to pack. @param {string[]} argv */
function parse(argv) {
  /** @type {Map<string, string[]>} */
  const values = new Map();
  const files = [];
  const words = argv.filter((word) => !FLAGS.has(word));
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word.startsWith('-')) {
      const name = word.replace(/^-+/, '');
      values.set(name, [...(values.get(name) ?? []), words[++i] ?? '']);
    } else {
      const cut = word.lastIndexOf('=');
      files.push({ from: word.slice(0, cut).replace(/\/$/, ''), to: word.slice(cut + 1) });
    }
  }
  const all = (/** @type {string} */ name) => values.get(name) ?? [];
  return { all, one: (/** @type {string} */ name, fallback = '') => all(name).at(-1) ?? fallback, files };
}

/** @param {string} from @param {string} to */
function put(from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  openToAll(to);
}

/** Readable by everyone, whatever the umask of whoever builds. @param {string} file */
function openToAll(file) {
  const info = fs.lstatSync(file);
  if (info.isSymbolicLink()) return;
  fs.chmodSync(file, info.isDirectory() || info.mode & 0o100 ? 0o755 : 0o644);
  if (info.isDirectory()) for (const name of fs.readdirSync(file)) openToAll(path.join(file, name));
}

/** @param {string} root */
function buildDeb(root) {
  fs.chmodSync(root, 0o755);
  for (const dir of fs.readdirSync(root)) openToAll(path.join(root, dir));
  const sizeInKiB = Math.ceil(folderSize(root) / 1024);
  const meta = path.join(root, 'DEBIAN');
  fs.mkdirSync(meta);
  const [synopsis = '', ...description] = options
    .one('description')
    .split('\n')
    .map((line) => line.trim());
  const fields = {
    Package: options.one('name'),
    Version: options.one('version'),
    Architecture: options.one('architecture'),
    Maintainer: options.one('maintainer'),
    'Installed-Size': sizeInKiB,
    Depends: options.all('d').join(', '),
    Recommends: options.all('deb-recommends').join(', '),
    Section: options.one('category', 'utils'),
    Priority: options.one('deb-priority', 'optional'),
    Homepage: options.one('url'),
    Description: [synopsis, ...description.map((line) => ` ${line || '.'}`)].join('\n'),
  };
  const control = Object.entries(fields).filter(([, value]) => value !== '');
  fs.writeFileSync(path.join(meta, 'control'), control.map(([name, value]) => `${name}: ${value}\n`).join(''));
  for (const [option, script] of Object.entries(SCRIPTS)) {
    fs.copyFileSync(options.one(option), path.join(meta, script));
    fs.chmodSync(path.join(meta, script), 0o755);
  }
  const level = process.env.FPM_DEB_LEVEL ? [`-z${process.env.FPM_DEB_LEVEL}`] : [];
  const compression = [`-Z${options.one('deb-compression', 'xz').replace(/^gz$/, 'gzip')}`, ...level];
  const target = options.one('package');
  execFileSync('dpkg-deb', ['--root-owner-group', ...compression, '--build', root, target], { stdio: 'inherit' });
}

/** @param {string} root */
function buildRpm(root) {
  const arch = { amd64: 'x86_64', arm64: 'aarch64' }[options.one('architecture')] ?? options.one('architecture');
  const spec = path.join(stage, 'app.spec');
  fs.writeFileSync(
    spec,
    `%global _build_id_links none
%global __os_install_post %{nil}
%define _binary_payload w3T2.zstdio
AutoReqProv: no
Name: ${options.one('name')}
Version: ${options.one('version').replaceAll('-', '~')}
Release: 1
Summary: ${options.one('rpm-summary', options.one('description').split('\n')[0])}
License: ${options.one('license')}
URL: ${options.one('url')}
Vendor: ${options.one('vendor')}
Packager: ${options.one('maintainer')}
${options
  .all('d')
  .map((name) => `Requires: ${name}`)
  .join('\n')}
%description
${options.one('description')}
%install
mkdir -p %{buildroot}
cp -a "${root}/." %{buildroot}/
%post
${fs.readFileSync(options.one('after-install'), 'utf8')}
%postun
${fs.readFileSync(options.one('after-remove'), 'utf8')}
%files
%defattr(-,root,root,-)
${options.files.map(({ to }) => `"${to}"`).join('\n')}
`,
  );
  execFileSync('rpmbuild', ['-bb', '--define', `_topdir ${stage}`, '--target', arch, spec], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const folder = path.join(stage, 'RPMS', arch);
  fs.copyFileSync(path.join(folder, fs.readdirSync(folder)[0] ?? ''), options.one('package'));
}
