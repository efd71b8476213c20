/** The port to what updates an installed app. Only an app with a window has one: electron-updater needs Electron. */

export interface Updater {
  /** In sentences, why this installation is not updated by the app, and what updates it; undefined where the app can. @param feed as for `check` */
  unsupported(feed: string): Promise<string | undefined>;
  /**
   * Asks for the newest version. Returns it where it is later than this one.
   * @param feed the address of the folder with the updates; '' for that of the package.
   * @throws Error with a sentence for the user: not reachable, a wrong signature…
   */
  check(feed: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Downloads what the latest check has found, and compares it with its checksum.
   * @param onProgress called with the share, from 0 to 1.
   * @throws as `check`. Nothing is left of a file with a wrong checksum.
   */
  download(onProgress: (share: number) => void, signal: AbortSignal): Promise<void>;
  /**
   * Installs what was downloaded, and ends the app, which starts again.
   * @throws LostDownloadError; Error with a sentence for the user: the rights were refused…
   */
  install(): Promise<void>;
  /**
   * Calls the listener with the version of the program that somebody else, such as the system's package manager, has put into the place of the
   * running one. Returns the function that ends this.
   */
  followReplacement(listener: (version: string) => void): () => void;
  /** Ends the app, which starts again as the program that is installed now. Resolves when it has begun to end. */
  restart(): Promise<void>;
}

/** What was downloaded cannot be installed any more: it has to be downloaded again. */
export class LostDownloadError extends Error {
  override readonly name = 'LostDownloadError';
}

/** electronUpdater.cjs is a bundle of its own, whose class is another one. */
export function isLostDownload(error: unknown): boolean {
  return error instanceof Error && error.name === 'LostDownloadError';
}

/** For the server without a window. */
export const NO_UPDATER: Updater = {
  unsupported: async () =>
    'This is the server without a window, which does not update itself. Update the package or the image that it came in, then restart it.',
  check: async () => undefined,
  download: async () => undefined,
  install: async () => undefined,
  followReplacement: () => () => {},
  restart: async () => undefined,
};
