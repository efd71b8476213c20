/** "Install Command" on macOS: links the command of the app's bundle into a folder that terminals search. Other systems' packages bring it. */
import { lstat, readlink, rm, symlink } from 'node:fs/promises';
import path from 'node:path';

export interface CommandLink {
  /** The command in the bundle. */
  readonly target: string;
  /** Where terminals look for commands; the first user's of a new Mac does not have it. */
  readonly folder: string;
  /** Links with an administrator's rights, for which macOS asks the user. Rejects where they say no. */
  linkAsAdministrator(target: string, link: string): Promise<void>;
}

/**
 * Replaces a link of an earlier installation, and nothing else.
 * @returns the path of the link
 * @throws Error with a message for the user
 */
export async function linkCommand({ target, folder, linkAsAdministrator }: CommandLink): Promise<string> {
  const link = path.join(folder, 'claudacity');
  const there = await targetOf(link);
  if (there === target) return link;
  if (there !== null && !there.endsWith(path.join('Resources', 'claudacity')))
    throw new Error(`There is another program at ${link}. Move it away, then install the command again.`);
  try {
    await rm(link, { force: true });
    await symlink(target, link);
  } catch (error) {
    if (!NEEDS_RIGHTS.has(codeOf(error))) throw error;
    await linkAsAdministrator(target, link);
  }
  return link;
}

/** The arguments of osascript that link with an administrator's rights; no path becomes a part of the script. */
export function administratorScript(target: string, link: string): string[] {
  const command =
    '"mkdir -p " & quoted form of folder & " && ln -sfn " & quoted form of target & " " & quoted form of link';
  const lines = [
    'on run {target, link, folder}',
    `do shell script ${command} with administrator privileges`,
    'end run',
  ];
  return [...lines.flatMap((line) => ['-e', line]), target, link, path.dirname(link)];
}

const NEEDS_RIGHTS = new Set(['EACCES', 'EPERM', 'ENOENT']);

/** null where there is nothing; '' where it is no link. */
async function targetOf(link: string): Promise<string | null> {
  try {
    return (await lstat(link)).isSymbolicLink() ? await readlink(link) : '';
  } catch {
    return null;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
