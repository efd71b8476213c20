/** Updates with electron-updater. A bundle of its own, which is loaded when updates are first looked for: it would slow down the start. */
import { createHash } from 'node:crypto';
import { createReadStream, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { app } from 'electron';
import {
  type AppUpdater,
  CancellationToken,
  DebUpdater,
  MacUpdater,
  NsisUpdater,
  type ProgressInfo,
  RpmUpdater,
  type UpdateInfo,
} from 'electron-updater';
import { LostDownloadError } from '../../core/update/updater';
import type { Log } from '../../log/log';
import { InPlaceAppImageUpdater } from './appImageUpdater';
import { feedProvider, LIST_MAX_BYTES } from './feedProvider';
import { FeedRequests } from './feedRequests';
import type { InstallationKind } from './installation';
import { installPackage } from './packageInstaller';
import { faultText, withReadableErrors } from './updateFault';

export interface ElectronUpdaterOptions {
  readonly kind: InstallationKind;
  /** Of the folder with the updates. */
  readonly url: URL;
  /** See feed.ts; '' where the package has none. */
  readonly key: string;
  /** The package's app-update.yml; undefined where it has none. */
  readonly configFile: string | undefined;
  readonly dataDir: string;
  readonly log: Log;
  /** Resolves when the app has begun to end. It starts again. */
  restart(): Promise<void>;
}

export interface ElectronUpdater {
  /** As in core/update/updater.ts, like the two that follow. */
  check(signal: AbortSignal): Promise<string | undefined>;
  download(onProgress: (share: number) => void, signal: AbortSignal): Promise<void>;
  install(): Promise<void>;
}

interface DownloadedFile {
  readonly path: string;
  /** In Base64, as the list has it. */
  readonly sha512: string;
}

export function createElectronUpdater(options: ElectronUpdaterOptions): ElectronUpdater {
  const { kind, url, key, configFile, dataDir, log } = options;
  const requests = new FeedRequests();
  const updater = updaterOf(kind);
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = false;
  updater.allowDowngrade = false;
  updater.disableWebInstaller = true;
  updater.logger = {
    info: (message) => log.debug('update', { message: String(message) }),
    warn: (message) => log.debug('update', { message: String(message) }),
    // What keeps a step from working is reported to the caller, too.
    error: (message) => log.debug('update', { message: String(message) }),
  };
  updater.updateConfigPath = configFile ?? ownConfig(dataDir);
  // An identifier of this computer, which electron-updater would write into a file and send.
  Object.assign(updater, { stagingUserIdPromise: { value: Promise.resolve('') }, httpExecutor: requests });
  updater.setFeedURL({ provider: 'custom', updateProvider: feedProvider({ kind, url, key }) });

  let newest: UpdateInfo | undefined;
  let newestFile: DownloadedFile | undefined;

  return {
    check: async (signal) => {
      const check = () => withReadableErrors(updater.checkForUpdates());
      const result = await requests.within({ signal, maxBytes: LIST_MAX_BYTES }, check);
      signal.throwIfAborted();
      newest = result?.updateInfo;
      return result?.isUpdateAvailable ? result.updateInfo.version : undefined;
    },
    download: async (onProgress, signal) => {
      const token = new CancellationToken();
      const cancel = () => token.cancel();
      const report = ({ percent }: ProgressInfo) => onProgress(percent / 100);
      signal.addEventListener('abort', cancel, { once: true });
      updater.on('download-progress', report);
      try {
        const maxBytes = Math.max(0, ...(newest?.files ?? []).map(({ size = 0 }) => size));
        const download = () => withReadableErrors(updater.downloadUpdate(token));
        const [file = ''] = await requests.within({ signal, maxBytes }, download);
        const sha512 = newest?.files.find((one) => one.url === path.basename(file))?.sha512;
        newestFile = sha512 === undefined ? undefined : { path: file, sha512 };
      } finally {
        updater.off('download-progress', report);
        signal.removeEventListener('abort', cancel);
      }
    },
    install: async () => {
      if (kind === 'macApp') return quitAndInstall(updater);
      if (!newestFile || !(await isIntact(newestFile))) {
        throw new LostDownloadError('The downloaded file is gone or was changed. Download it again.');
      }
      if (kind === 'appImage' || kind === 'nsis') return quitAndInstall(updater);
      await installPackage(newestFile.path, newestFile.sha512);
      await options.restart();
    },
  };
}

function updaterOf(kind: InstallationKind): AppUpdater {
  switch (kind) {
    case 'appImage':
      return new InPlaceAppImageUpdater();
    case 'deb':
      return new DebUpdater();
    case 'rpm':
      return new RpmUpdater();
    case 'nsis':
      return new NsisUpdater();
    case 'macApp':
      return new MacUpdater();
  }
}

/** Resolves when the app has begun to quit. */
function quitAndInstall(updater: AppUpdater): Promise<void> {
  return new Promise((resolve, reject) => {
    const onQuit = () => {
      updater.off('error', onError);
      resolve();
    };
    const onError = (error: Error) => {
      app.off('before-quit', onQuit);
      reject(new Error(`The update could not be installed: ${faultText(error)}`, { cause: error }));
    };
    updater.once('error', onError);
    app.once('before-quit', onQuit);
    updater.quitAndInstall(true, true);
  });
}

/** Days may be between download and installation, and the file is in a folder that programs clean up. A changed file is deleted. */
async function isIntact({ path: file, sha512 }: DownloadedFile): Promise<boolean> {
  const hash = createHash('sha512');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk);
    if (hash.digest('base64') === sha512) return true;
    rmSync(file);
    return false;
  } catch {
    return false;
  }
}

/** The name of the folder of downloads in the user's cache, as electron-builder names it. */
function ownConfig(dataDir: string): string {
  const file = path.join(dataDir, 'app-update.yml');
  writeFileSync(file, 'updaterCacheDirName: claudacity-updater\n', { mode: 0o600 });
  return file;
}
