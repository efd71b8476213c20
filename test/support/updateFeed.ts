/** What an update comes from, for tests: unpacked builds of a version, files that start them like an AppImage, and the server with the lists. */
import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, vi } from 'vitest';
import { z } from 'zod';
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
  const output = path.join(folder, version);
  await pack(version, output, 'dir');
  return path.join(output, 'linux-unpacked', 'claudacity');
}

/** As `buildVersion`, as a Debian package. @returns its path. */
export async function buildDeb(version: string, folder: string): Promise<string> {
  const output = path.join(folder, version);
  // Without an address in the package there would be no file that says that it is a deb.
  await pack(version, output, 'deb', '-c.publish.provider=generic', '-c.publish.url=https://updates.invalid/');
  const name = readdirSync(output).find((one) => one.endsWith('.deb'));
  if (name === undefined) throw new Error('electron-builder has made no deb');
  return path.join(output, name);
}

async function pack(version: string, output: string, target: string, ...more: string[]): Promise<void> {
  if (!existsSync('out/main.cjs')) throw new Error('There is no bundle: run this with npm run test:package');
  const { origin, dir } = await ensureElectron();
  const electron =
    origin === 'registry'
      ? [`-c.electronVersion=${REGISTRY_ELECTRON_VERSION}`, `-c.electronDist=${CLEAN_REGISTRY_DIST}`]
      : [`-c.electronDist=${dir}`];
  const release = [`-c.extraMetadata.version=${version}`, `-c.extraMetadata.updateKey=${updateKey}`, ...more];
  const options = ['--linux', target, ...electron, ...release, `-c.directories.output=${output}`, '--publish', 'never'];
  const env = {
    ...process.env,
    ...{ CUSTOM_FPM_PATH: path.resolve('build/tools/fpm.mjs'), FPM_DEB_LEVEL: '1' },
    ELECTRON_BUILDER_COMPRESSION_LEVEL: '1',
  };
  const all = ['node_modules/electron-builder/cli.js', ...options, '-c.deb.compression=gz'];
  await run(process.execPath, all, { env, maxBuffer: 1e8 });
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

/** Sends a request to the control socket of the app with this data folder. The app's own client would refuse the socket of another user. */
export function askApp(dataDir: string, request: Record<string, unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path.join(dataDir, 'control', 'socket'));
    socket.on('error', reject).on('close', () => reject(new Error('The app has ended.')));
    socket.setTimeout(ANSWER_WITHIN_MS, () => reject(new Error('The app does not answer.')));
    socket.write(`${JSON.stringify({ id: 1, ...request })}\n`);
    let line = '';
    socket.setEncoding('utf8').on('data', (piece: string) => {
      line += piece;
      if (!line.endsWith('\n')) return;
      const { error, result } = Reply.parse(JSON.parse(line));
      if (error) reject(new Error(error.message));
      else resolve(result);
      socket.destroy();
    });
  });
}

const ANSWER_WITHIN_MS = 60_000;
const Reply = z.object({ result: z.unknown().optional(), error: z.object({ message: z.string() }).optional() });

/** The address of the server, once the app runs in this version and has found the CLI. */
export async function runningUrl(dataDir: string, version: string): Promise<string> {
  const running = { app: { version }, server: { phase: 'running' }, cli: { phase: 'ready' } };
  const wait = { timeout: 60_000, interval: 100 };
  return await vi.waitFor(async () => {
    const state = Topics.parse(await askApp(dataDir, { read: ['app', 'server', 'cli'] }));
    expect(state).toMatchObject(running);
    return state.server.url;
  }, wait);
}

const Topics = z.looseObject({ server: z.looseObject({ url: z.string() }) });

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
      const name = `claudacity-${version}-linux${path.extname(file)}`;
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
