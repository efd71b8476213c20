/** How this app was installed, and so what updates it. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The kinds of installation that the app updates by itself. */
export type InstallationKind = 'appImage' | 'deb' | 'rpm' | 'nsis' | 'macApp';

/** Either the app updates it, or `reason` says in sentences what does. */
export type Installation =
  | { readonly kind: InstallationKind; readonly reason?: undefined }
  | { readonly kind: undefined; readonly reason: string };

export interface InstallationOptions {
  readonly platform: NodeJS.Platform;
  /** Whether it is a packaged app, not a checkout. */
  readonly packaged: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly execPath: string;
  readonly resourcesPath: string;
}

export function installationOf(options: InstallationOptions): Installation {
  const { platform, packaged, env, execPath, resourcesPath } = options;
  if (!packaged)
    return { kind: undefined, reason: 'Claudacity runs from its source: update that, then start it again.' };
  if (platform === 'darwin') return { kind: 'macApp' };
  if (platform === 'win32') {
    // The portable build has no uninstaller beside it.
    if (existsSync(path.join(path.dirname(execPath), 'Uninstall Claudacity.exe'))) return { kind: 'nsis' };
    return { kind: undefined, reason: UNPACKED };
  }
  if (env.SNAP || env.FLATPAK_ID)
    return { kind: undefined, reason: 'The store that it was installed from updates it.' };
  if (env.APPIMAGE) return appImage(env.APPIMAGE);
  const type = packageType(resourcesPath);
  return type === undefined ? { kind: undefined, reason: UNPACKED } : { kind: type };
}

const UNPACKED = 'Claudacity was unpacked from an archive: to update it, unpack the new one in its place.';

/** An update replaces the file. */
function appImage(file: string): Installation {
  try {
    accessSync(file, constants.W_OK);
    accessSync(path.dirname(file), constants.W_OK);
    return { kind: 'appImage' };
  } catch {
    return { kind: undefined, reason: `You may not replace ${file}: whoever has put it there updates it.` };
  }
}

/** electron-builder writes it into packages. */
function packageType(resourcesPath: string): 'deb' | 'rpm' | undefined {
  try {
    const type = readFileSync(path.join(resourcesPath, 'package-type'), 'utf8').trim();
    return type === 'deb' || type === 'rpm' ? type : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the installed version of a Debian package is one that a repository offers, which then updates it.
 * @param policy what `apt-cache policy` prints for the package.
 */
export function isFromRepository(policy: string): boolean {
  const lines = policy.split('\n');
  const installed = lines.findIndex((line) => /^ \*\*\* /.test(line));
  if (installed < 0) return false;
  const sources = lines.slice(installed + 1);
  const next = sources.findIndex((line) => !/^ {8,}/.test(line));
  return sources
    .slice(0, next < 0 ? undefined : next)
    .some((line) => !line.trim().endsWith('/var/lib/dpkg/status') && line.trim() !== '');
}
