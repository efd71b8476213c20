/** Reads the list of the newest version's files for electron-updater, and checks what feed.ts says. */
import type { AppUpdater, UpdateInfo } from 'electron-updater';
import { GenericProvider } from 'electron-updater/out/providers/GenericProvider';
import { type ProviderRuntimeOptions, parseUpdateInfo } from 'electron-updater/out/providers/Provider';
import { demandSignature, fileList } from './feed';
import type { InstallationKind } from './installation';

/** A list has some kilobytes. */
export const LIST_MAX_BYTES = 1_000_000;

/** How the files of each kind end. */
const ENDINGS: Readonly<Record<InstallationKind, string>> = {
  appImage: '.AppImage',
  deb: '.deb',
  rpm: '.rpm',
  nsis: '.exe',
  macApp: '.zip',
};

export interface FeedProviderOptions {
  readonly kind: InstallationKind;
  /** Of the folder with the updates. */
  readonly url: URL;
  /** See feed.ts; '' where the package has none. */
  readonly key: string;
}

/** Makes the class that electron-updater creates its provider of. */
export function feedProvider({ kind, url, key }: FeedProviderOptions) {
  return class FeedProvider extends GenericProvider {
    constructor(_options: object, updater: AppUpdater, runtimeOptions: ProviderRuntimeOptions) {
      // One range for each request: many servers, GitHub's among them, do not know several, and the whole file would be downloaded.
      const options = { ...runtimeOptions, isUseMultipleRangeRequest: false };
      super({ provider: 'generic', url: url.href }, updater, options);
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
      const info = parsedList(list, name, url);
      // Electron-updater would take whatever is there for a package of this kind.
      const files = info.files.filter((file) => file.url.endsWith(ENDINGS[kind]));
      if (files.length === 0) {
        throw new Error(`The address for updates has no ${ENDINGS[kind]} of version ${info.version}.`);
      }
      return { ...info, files };
    }
  };
}

/** @throws Error with a sentence for the user */
function parsedList(list: string, name: string, url: URL): UpdateInfo {
  const invalid = 'The list of the newest version is not valid, so it was not taken.';
  let info: UpdateInfo;
  try {
    info = parseUpdateInfo(list, name, url);
  } catch (error) {
    throw new Error(invalid, { cause: error });
  }
  if (!fileList.safeParse(info).success) throw new Error(invalid);
  return info;
}

/** Whether a request was answered with 404. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === 404;
}
