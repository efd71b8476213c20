/** Packages of versions that follow each other, for tests of updates. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { CLEAN_REGISTRY_DIST, ensureElectron, REGISTRY_ELECTRON_VERSION } from '../../../build/electron.mjs';
import { ensureAppImageTools } from '../../../build/foreignElectron.mjs';
import { type BuiltVersion, LIST, updateKey } from './updateFeed';

/** Packs what is in out/ as a version whose updates are checked against `updateKey`. */
export async function buildVersion(version: string, folder: string): Promise<BuiltVersion> {
  if (!existsSync('out/main.cjs')) throw new Error('There is no bundle: run this with npm run test:package');
  const output = path.join(folder, version);
  const { origin, dir } = await ensureElectron();
  const isRegistry = origin === 'registry';
  const electron = isRegistry
    ? [`-c.electronVersion=${REGISTRY_ELECTRON_VERSION}`, `-c.electronDist=${CLEAN_REGISTRY_DIST}`]
    : [`-c.electronDist=${dir}`];
  const options = [
    ...['--linux', 'deb', 'AppImage', '--publish', 'never', ...electron, '-c.deb.compression=gz'],
    ...[`-c.extraMetadata.version=${version}`, `-c.extraMetadata.updateKey=${updateKey}`],
    // As in a release: without an address, no list is written.
    ...['-c.publish.provider=generic', '-c.publish.url=https://updates.invalid/', `-c.directories.output=${output}`],
  ];
  const env = {
    ...process.env,
    ...{ CUSTOM_FPM_PATH: path.resolve('build/tools/fpm.mjs'), FPM_DEB_LEVEL: '1' },
    ELECTRON_BUILDER_COMPRESSION_LEVEL: '1',
    ...(isRegistry ? { APPIMAGE_TOOLS_PATH: await ensureAppImageTools() } : {}),
  };
  const builder = ['node_modules/electron-builder/cli.js', ...options];
  await promisify(execFile)(process.execPath, builder, { env, maxBuffer: 1e8 });
  const file = (ending: string) => {
    const name = readdirSync(output).find((one) => one.endsWith(ending));
    if (name === undefined) throw new Error(`electron-builder has made no ${ending}`);
    return path.join(output, name);
  };
  const [deb, appImage] = [file('.deb'), file('.AppImage')];
  return { deb, appImage, files: [deb, appImage], list: file(LIST) };
}
