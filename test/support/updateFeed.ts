/** What an update comes from, for tests: unpacked builds of a version, files that start them like an AppImage, and the server with the lists. */
import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { CLEAN_REGISTRY_DIST, ensureElectron, REGISTRY_ELECTRON_VERSION } from '../../build/electron.mjs';

const run = promisify(execFile);

export const updateKeys = generateKeyPairSync('ed25519');
/** As a package has it. */
export const updateKey = updateKeys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

/**
 * Packs what is in out/ as this version, unpacked. The package checks updates against `updateKey`.
 * @returns the program's path.
 */
export async function buildVersion(version: string, folder: string): Promise<string> {
  if (!existsSync('out/main.cjs')) throw new Error('There is no bundle: run this with npm run test:package');
  const { origin, dir } = await ensureElectron();
  const electron =
    origin === 'registry'
      ? [`-c.electronVersion=${REGISTRY_ELECTRON_VERSION}`, `-c.electronDist=${CLEAN_REGISTRY_DIST}`]
      : [`-c.electronDist=${dir}`];
  const output = path.join(folder, version);
  const release = [`-c.extraMetadata.version=${version}`, `-c.extraMetadata.updateKey=${updateKey}`];
  const options = ['--linux', 'dir', ...electron, ...release, `-c.directories.output=${output}`, '--publish', 'never'];
  await run(process.execPath, ['node_modules/electron-builder/cli.js', ...options], { maxBuffer: 1e8 });
  return path.join(output, 'linux-unpacked', 'claudacity');
}

/** A file that starts the program as the runtime of an AppImage does: it says where it is itself. */
export function writeAppImage(file: string, program: string): void {
  writeFileSync(file, `#!/bin/sh\nAPPIMAGE=$(readlink -f "$0")\nexport APPIMAGE\nexec "${program}" "$@"\n`);
  chmodSync(file, 0o755);
}

export interface UpdateFeed {
  readonly url: string;
  /** The headers of all requests. */
  readonly headers: readonly NodeJS.Dict<string | string[]>[];
  /** Publishes a file as the newest version. Wrong: another checksum, or the signature of another key. */
  publish(version: string, file: string, wrong?: { sha512?: string; key?: KeyObject }): void;
  close(): Promise<void>;
}

/** Serves lists as electron-builder writes them, with their signatures. */
export async function startUpdateFeed(): Promise<UpdateFeed> {
  const files = new Map<string, Buffer>();
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    const content = files.get(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname.slice(1)));
    response.writeHead(content ? 200 : 404, { 'content-length': content?.length ?? 0 }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const listName = `latest-linux${process.arch === 'x64' ? '' : `-${process.arch}`}.yml`;

  return {
    url: `http://127.0.0.1:${port}/`,
    headers,
    publish: (version, file, wrong = {}) => {
      const content = readFileSync(file);
      const name = `claudacity-${version}-linux-x86_64.AppImage`;
      const sha512 = wrong.sha512 ?? createHash('sha512').update(content).digest('base64');
      const list = [
        ...[
          `version: ${version}`,
          'files:',
          `  - url: ${name}`,
          `    sha512: ${sha512}`,
          `    size: ${content.length}`,
        ],
        ...[`path: ${name}`, `sha512: ${sha512}`, "releaseDate: '2026-11-27T12:00:00.000Z'", ''],
      ].join('\n');
      const signature = sign(null, Buffer.from(list), wrong.key ?? updateKeys.privateKey).toString('base64');
      files
        .set(name, content)
        .set(listName, Buffer.from(list))
        .set(`${listName}.sig`, Buffer.from(`${signature}\n`));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
