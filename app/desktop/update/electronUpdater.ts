/** Updates with electron-updater. A bundle of its own, which is loaded when updates are first looked for: it would slow down the start. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { app } from 'electron';
import {
  AppImageUpdater,
  type AppUpdater,
  CancellationToken,
  DebUpdater,
  MacUpdater,
  NsisUpdater,
  type ProgressInfo,
  RpmUpdater,
  type UpdateInfo,
} from 'electron-updater';
import type { InstallOptions } from 'electron-updater/out/BaseUpdater';
import { GenericProvider } from 'electron-updater/out/providers/GenericProvider';
import { type ProviderRuntimeOptions, parseUpdateInfo } from 'electron-updater/out/providers/Provider';
import type { Log } from '../../log/log';
import { errorText } from '../../shared/errorText';
import { demandSignature, fileList } from './feed';
import type { InstallationKind } from './installation';

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
}

export interface ElectronUpdater {
  /** As in core/update/updater.ts, like the two that follow. */
  check(signal: AbortSignal): Promise<string | undefined>;
  download(onProgress: (share: number) => void, signal: AbortSignal): Promise<void>;
  install(): Promise<void>;
}

export function createElectronUpdater(options: ElectronUpdaterOptions): ElectronUpdater {
  const { kind, url, key, configFile, dataDir, log } = options;
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
  Object.assign(updater, { stagingUserIdPromise: { value: Promise.resolve('') } });
  updater.setFeedURL({ provider: 'custom', updateProvider: feedProvider(url, key) });

  return {
    check: async (signal) => {
      const result = await readable(updater.checkForUpdates());
      signal.throwIfAborted();
      return result?.isUpdateAvailable ? result.updateInfo.version : undefined;
    },
    download: async (onProgress, signal) => {
      const token = new CancellationToken();
      const cancel = () => token.cancel();
      const report = ({ percent }: ProgressInfo) => onProgress(percent / 100);
      signal.addEventListener('abort', cancel, { once: true });
      updater.on('download-progress', report);
      try {
        await readable(updater.downloadUpdate(token));
      } finally {
        updater.off('download-progress', report);
        signal.removeEventListener('abort', cancel);
      }
    },
    install: () =>
      new Promise((resolve, reject) => {
        const onError = (error: Error) => reject(new Error(installFault(error, kind), { cause: error }));
        updater.once('error', onError);
        app.once('before-quit', () => resolve());
        updater.quitAndInstall(true, true);
      }),
  };
}

function updaterOf(kind: InstallationKind): AppUpdater {
  switch (kind) {
    case 'appImage':
      return new ReplacedAppImage();
    case 'deb':
      return new InstalledDeb();
    case 'rpm':
      return new RpmUpdater();
    case 'nsis':
      return new NsisUpdater();
    case 'macApp':
      return new MacUpdater();
  }
}

/** electron-updater starts the new file while this app still runs, which would tell the new one to leave again. */
class ReplacedAppImage extends AppImageUpdater {
  override spawnLog(file: string): Promise<boolean> {
    // An ended process whose parent does not ask for its exit code has no program any more, but can be signalled.
    const waits = 'while readlink "/proc/$1/exe" >/dev/null; do sleep 0.2; done; shift; exec "$@"';
    const { APPDIR: _appDir, ARGV0: _argv0, ...env } = process.env;
    const args = process.argv.slice(1).filter((argument) => argument !== '--hidden');
    const child = spawn('/bin/sh', ['-c', waits, 'sh', String(process.pid), file, ...args], {
      ...{ detached: true, stdio: 'ignore', cwd: '/', env },
    });
    child.on('error', (error) => this.dispatchError(error));
    child.unref();
    return Promise.resolve(child.pid !== undefined);
  }
}

/** electron-updater takes the success of `apt-get install -f`, which follows a failed dpkg, for that of the package. */
class InstalledDeb extends DebUpdater {
  protected override doInstall({ isForceRunAfter }: InstallOptions): boolean {
    const file = this.installerPath;
    if (file === null) return false;
    const command = this.hasCommand('apt-get')
      ? ['apt-get', 'install', '-y', '--no-remove', file]
      : ['dpkg', '-i', file];
    try {
      this.runCommandWithSudoIfNeeded(command);
    } catch (error) {
      this.dispatchError(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
    if (isForceRunAfter) this.app.relaunch();
    return true;
  }
}

/** The name of the folder of downloads in the user's cache, as electron-builder names it. */
function ownConfig(dataDir: string): string {
  const file = path.join(dataDir, 'app-update.yml');
  writeFileSync(file, 'updaterCacheDirName: claudacity-updater\n', { mode: 0o600 });
  return file;
}

/** Reads the list of the newest version's files, and checks what feed.ts says. */
function feedProvider(url: URL, key: string) {
  return class FeedProvider extends GenericProvider {
    constructor(_options: object, updater: AppUpdater, runtimeOptions: ProviderRuntimeOptions) {
      super({ provider: 'generic', url: url.href }, updater, runtimeOptions);
    }

    /** Without the identifier that electron-updater sends. */
    override setRequestHeaders(): void {
      super.setRequestHeaders({});
    }

    override async getLatestVersion(): Promise<UpdateInfo> {
      const name = `${this.getDefaultChannelName()}.yml`;
      const list = (await this.httpRequest(new URL(name, url))) ?? '';
      if (key !== '') {
        const signature = await this.httpRequest(new URL(`${name}.sig`, url)).catch((error: unknown) => {
          if (isMissing(error)) return '';
          throw error;
        });
        demandSignature(list, signature ?? '', key);
      }
      const info = parseUpdateInfo(list, name, new URL(name, url));
      const parsed = fileList.safeParse(info);
      if (!parsed.success) throw new Error('The list of the newest version is not valid, so it was not taken.');
      return info;
    }
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === 404;
}

/** Gives electron-updater's errors, which are for developers, sentences for users. */
async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(faultText(error), { cause: error });
  }
}

function faultText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [text = ''] = errorText(error).split('\n');
  if (code === 'ERR_CHECKSUM_MISMATCH') {
    return 'The downloaded file does not have the checksum that it should have, so it was deleted. Try again later.';
  }
  if (code === 'ERR_UPDATER_INVALID_SIGNATURE') {
    return 'The downloaded file is not signed by the makers of this program, so it was deleted.';
  }
  if (isMissing(error)) return 'The address for updates has none for this system.';
  if (text.startsWith('net::') || /^E[A-Z]+$/.test(code)) {
    return `The address for updates cannot be reached (${text.replace(/^net::/, '')}).`;
  }
  return text;
}

function installFault(error: unknown, kind: InstallationKind): string {
  if (kind === 'deb' || kind === 'rpm') {
    return 'The package was not installed: the system did not give the rights, or its package manager has refused it. Try it again, or install the downloaded package by hand.';
  }
  return `The update could not be installed: ${faultText(error)}`;
}
