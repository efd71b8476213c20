/** What is in the packages, without installing them: for all systems that can be packed here. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { FuseState } from '@electron/fuses/dist/constants';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { archivedFiles, binaryTarget, builtPackages, bytesAdded, filesIn, output } from './support/packages';

const packages = builtPackages();
const FOLDERS = { 'linux-x64': packages.dir, ...packages.others };
const SHARED = [
  'usr/share/bash-completion/completions/claudacity',
  'usr/share/doc/claudacity/changelog.gz',
  'usr/share/doc/claudacity/copyright',
  'usr/share/fish/vendor_completions.d/claudacity.fish',
  'usr/share/man/man1/claudacity.1.gz',
  'usr/share/metainfo/local.claudacity.server.metainfo.xml',
  'usr/share/polkit-1/actions/local.claudacity.server.policy',
  'usr/share/zsh/vendor-completions/_claudacity',
];

describe.each(Object.entries(FOLDERS))('the package for %s', (target, folder) => {
  const resources = path.join(folder, target.startsWith('darwin') ? 'Claudacity.app/Contents/Resources' : 'resources');

  test('has the native addon of its own system, and of no other', () => {
    const addons = filesIn(path.join(resources, 'app.asar.unpacked')).filter((file) => file.endsWith('.node'));
    const targets = addons.map((file) => binaryTarget(path.join(resources, 'app.asar.unpacked', file)));
    // The app for macOS is made of two that must hold the same files.
    expect(targets).toEqual(target.startsWith('darwin') ? ['darwin-arm64', 'darwin-x64'] : [target]);
    for (const [i, file] of addons.entries()) expect(file).toContain(`out/native/${targets[i]}/`);
  });

  test('has the bundles alone, without source maps and packages of npm', () => {
    const names = archivedFiles(path.join(resources, 'app.asar'));
    expect(names).toContain('out/main.cjs');
    expect(names).toContain('out/licenses.txt');
    expect(names.filter((name) => /\.map$|node_modules|\.ts$/.test(name))).toEqual([]);
    expect(names.filter((name) => !/^(out\/|package\.json$|LICENSE$)/.test(name))).toEqual([]);
  });

  test('has the launcher of the command', () => {
    const launcher = { linux: 'bin/claudacity', win32: 'bin/claudacity.cmd' }[target.split('-')[0] ?? ''];
    expect(filesIn(folder)).toContain(launcher ?? 'Claudacity.app/Contents/Resources/claudacity');
  });
});

test('the package adds less than 15 MB to Electron', () => {
  expect(bytesAdded(packages.dir, packages.electron) / 1e6).toBeLessThan(15);
});

test('the program runs no other code than the app’s: Electron’s fuses, read back', async () => {
  const wire = await getCurrentFuseWire(path.join(packages.dir, 'claudacity'));
  const states = [
    FuseV1Options.EnableNodeOptionsEnvironmentVariable,
    FuseV1Options.EnableNodeCliInspectArguments,
    FuseV1Options.OnlyLoadAppFromAsar,
    FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
    FuseV1Options.EnableCookieEncryption,
    // The `claudacity` command runs the program as Node.
    FuseV1Options.RunAsNode,
  ].map((fuse) => wire[fuse]);
  const { ENABLE, DISABLE } = FuseState;
  expect(states).toEqual([DISABLE, DISABLE, ENABLE, ENABLE, ENABLE, ENABLE]);
});

describe('the .deb', () => {
  test('owns its folder in /opt and not /opt itself, which dpkg would remove with it', async () => {
    const names = (await listing()).map(pathOf);
    expect(names).toContain('./opt/Claudacity/');
    expect(names).not.toContain('./opt/');
  });

  test('has manual, completions, metadata, copyright and changelog where Debian looks for them', async () => {
    const names = (await listing()).map(pathOf);
    for (const file of SHARED) expect(names).toContain(`./${file}`);
    expect(names.filter((name) => name.startsWith('./opt/Claudacity/usr'))).toEqual([]);
  });

  test('all of its files are root’s and readable to everybody', async () => {
    const lines = await listing();
    expect(lines.filter((line) => !/^\S+ root\/root /.test(line))).toEqual([]);
    expect(lines.filter((line) => !/^(-r..r..r..|drwxr-xr-x|l)/.test(line))).toEqual([]);
  });

  test('lintian finds no errors but those of a whole Electron in /opt', async () => {
    const found = await output('lintian', '--allow-root', '--no-tag-display-limit', '--fail-on', 'none', packages.deb);
    const errors = found.split('\n').filter((line) => line.startsWith('E: '));
    expect(errors.filter((line) => !(ELECTRON_TAGS.test(line) && line.includes('opt/Claudacity/')))).toEqual([]);
  });

  const listing = async () => (await output('dpkg-deb', '--contents', packages.deb)).trim().split('\n');
  const pathOf = (line: string) => line.split(/\s+/)[5] ?? '';
});

/** Chromium brings its own libraries and programs, with their data and without Debian's ways to build them. */
const ELECTRON_TAGS =
  /^E: claudacity: (dir-or-file-in-opt|embedded-library|unstripped-binary-or-object|elf-error|privacy-breach\S*)/;

describe('the .rpm', () => {
  const query = async (...options: string[]) =>
    (await output('rpm', '-qp', ...options, packages.rpm)).trim().split('\n');

  test('requires libraries by the names of their files, which are the same on Fedora and openSUSE', async () => {
    const requires = await query('--requires');
    for (const library of ['libgtk-3.so.0', 'libnss3.so', 'libasound.so.2', 'libgbm.so.1', 'libnotify.so.4'])
      expect(requires).toContain(`${library}()(64bit)`);
    const packageNames = requires.filter((name) => !/\.so(\.\d+)*\(|^rpmlib\(|^rtld\(|^\/bin\/sh$/.test(name));
    expect(packageNames).toEqual(['xdg-utils']);
    expect(requires.filter((name) => name.startsWith('libffmpeg'))).toEqual([]);
  });

  test('has the files of the .deb, and owns no folder of the system', async () => {
    const files = await query('--list');
    for (const file of [...SHARED, 'usr/bin/claudacity', 'opt/Claudacity/claudacity'])
      expect(files).toContain(`/${file}`);
    const folders = ['/opt', '/usr', '/usr/bin', '/usr/share', '/usr/share/applications', '/usr/share/man/man1'];
    expect(files.filter((file) => folders.includes(file))).toEqual([]);
  });

  test('runs the four scripts of the .deb', async () => {
    const scripts = (await query('--scripts')).join('\n');
    for (const name of ['before-install', 'after-install', 'before-remove', 'after-remove'])
      expect(scripts).toContain(readFileSync(`build/linux/${name}.sh`, 'utf8').trim());
  });
});

test('the desktop entry is valid, in one main category, and takes no files', async () => {
  const unpack = `dpkg-deb --fsys-tarfile '${packages.deb}' | tar -xO ./usr/share/applications/claudacity.desktop`;
  const text = await output('sh', '-c', unpack);
  expect(text).toMatch(/^Exec=\/opt\/Claudacity\/claudacity$/m);
  expect(text).toMatch(/^Categories=Development;$/m);
  expect(text).toMatch(/^TryExec=\/opt\/Claudacity\/claudacity$/m);
});

test('software centres accept the metadata', async () => {
  const file = path.join(packages.dir, 'usr/share/metainfo/local.claudacity.server.metainfo.xml');
  expect(await output('appstreamcli', 'validate', '--no-net', file)).toContain('Validation was successful');
});

const Mac = z.object({
  info: z.record(z.string(), z.unknown()),
  helpers: z.array(z.record(z.string(), z.unknown())),
  entitlements: z.record(z.string(), z.unknown()),
});

test.skipIf(!packages.others['darwin-arm64'])('the app for macOS asks for nothing that it does not use', async () => {
  const contents = path.join(packages.others['darwin-arm64'] ?? '', 'Claudacity.app/Contents');
  const { info, helpers, entitlements } = Mac.parse(JSON.parse(await output('python3', '-c', READ_PLISTS, contents)));
  expect(info).toMatchObject({
    CFBundleIdentifier: 'local.claudacity.server',
    CFBundleExecutable: 'Claudacity',
    LSUIElement: true,
    NSAppTransportSecurity: { NSAllowsLocalNetworking: true },
  });
  expect(Object.keys(info).filter((key) => key.endsWith('UsageDescription'))).toEqual([]);
  expect(info.NSAppTransportSecurity).toEqual({ NSAllowsLocalNetworking: true });
  expect(readdirSync(path.join(contents, 'MacOS'))).toEqual(['Claudacity']);
  expect(helpers.length).toBe(4);
  for (const helper of helpers) {
    expect(helper.CFBundleIdentifier).toMatch(/^local\.claudacity\.server\.helper/);
    expect(Object.keys(helper).filter((key) => key.endsWith('UsageDescription'))).toEqual([]);
  }
  expect(entitlements).toEqual({ 'com.apple.security.cs.allow-jit': true });
});

/** Python's own reader of property lists: Apple's format, read by somebody else than the library that wrote it. */
const READ_PLISTS = `
import glob, json, plistlib, sys
read = lambda file: plistlib.load(open(file, 'rb'))
contents = sys.argv[1]
print(json.dumps({
  'info': read(contents + '/Info.plist'),
  'helpers': [read(file) for file in glob.glob(contents + '/Frameworks/*.app/Contents/Info.plist')],
  'entitlements': read('build/mac/entitlements.plist'),
}))
`;
