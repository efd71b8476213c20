/** The updater of an app with a window. What is large, electron-updater, is loaded when updates are first looked for. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Updater } from '../../core/update/updater';
import type { Log } from '../../log/log';
import type * as ElectronUpdaterBundle from './electronUpdater';
import { feedUrl, packageFeed } from './feed';
import { type Installation, isFromRepository } from './installation';
import type { RunningProgram } from './replacedProgram';

export interface DesktopUpdaterOptions {
  readonly installation: Installation;
  /** Undefined where no other program can come into the place of the running one. */
  readonly program: RunningProgram | undefined;
  /** Resolves when the app has begun to end. It starts again. */
  restart(): Promise<void>;
  /** Where app-update.yml is. */
  readonly resourcesPath: string;
  /** Where package.json is. */
  readonly appPath: string;
  readonly dataDir: string;
  readonly log: Log;
}

export function createDesktopUpdater(options: DesktopUpdaterOptions): Updater {
  const { installation, resourcesPath, appPath, dataDir, log } = options;
  const configFile = path.join(resourcesPath, 'app-update.yml');
  let loaded: { url: string; updater: ElectronUpdaterBundle.ElectronUpdater } | undefined;

  const config = () => (existsSync(configFile) ? readFileSync(configFile, 'utf8') : undefined);
  /** @throws Error with a sentence for the user. */
  const urlOf = (feed: string): URL | undefined => {
    const text = feed === '' ? packageFeed(config() ?? '') : feed;
    return text === undefined ? undefined : feedUrl(text);
  };

  const updaterFor = (feed: string): ElectronUpdaterBundle.ElectronUpdater => {
    const url = urlOf(feed);
    const { kind } = installation;
    if (!url || kind === undefined) throw new Error('No address for updates is known.');
    if (loaded?.url !== url.href) {
      const bundle: typeof ElectronUpdaterBundle = createRequire(__filename)(
        path.join(__dirname, 'electronUpdater.cjs'),
      );
      const updater = bundle.createElectronUpdater({
        ...{ kind, url, key: updateKey(appPath), dataDir, log, restart: options.restart },
        configFile: config() === undefined ? undefined : configFile,
      });
      loaded = { url: url.href, updater };
    }
    return loaded.updater;
  };

  return {
    unsupported: async (feed) => {
      const { kind, reason } = installation;
      if (kind === undefined) return reason;
      const needsRights = kind === 'deb' || kind === 'rpm';
      if (kind === 'deb' && (await comesFromRepository())) {
        return 'A package repository of this system offers Claudacity and updates it, together with the rest of the system.';
      }
      if (urlOf(feed) === undefined) {
        return needsRights
          ? 'This package is updated by where you got it from: it names no address for updates.'
          : 'This package names no address for updates. Enter one below, or install the new package over this one.';
      }
      if (needsRights && updateKey(appPath) === '') {
        return 'This package has no key to check updates with, and they would be installed with the rights of the system. Install the new package by hand.';
      }
      return undefined;
    },
    check: (feed, signal) => updaterFor(feed).check(signal),
    download: async (onProgress, signal) => {
      if (!loaded) throw new Error('No later version is known. Check for one first.');
      await loaded.updater.download(onProgress, signal);
    },
    install: async () => {
      if (!loaded) throw new Error('No update was downloaded. Download it first.');
      await loaded.updater.install();
    },
    followReplacement: (listener) => options.program?.onReplaced(listener) ?? (() => {}),
    restart: options.restart,
  };
}

const manifest = z.object({ updateKey: z.string().default('') });

/** The release puts it into the package's package.json. */
function updateKey(appPath: string): string {
  const text = readFileSync(path.join(appPath, 'package.json'), 'utf8');
  return manifest.parse(JSON.parse(text)).updateKey;
}

const APT_WITHIN_MS = 10_000;

/** False where apt cannot tell. */
async function comesFromRepository(): Promise<boolean> {
  try {
    const options = { timeout: APT_WITHIN_MS, env: { ...process.env, LC_ALL: 'C' } };
    const { stdout } = await promisify(execFile)('apt-cache', ['policy', 'claudacity'], options);
    return isFromRepository(stdout);
  } catch {
    return false;
  }
}
