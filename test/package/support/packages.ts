/** The packages that `npm run test:package` has built, and what is in them. */
import { execFile } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

const Packages = z.object({
  deb: z.string(),
  rpm: z.string(),
  'tar.gz': z.string(),
  appimage: z.string(),
  /** The folder that the four are made of. */
  dir: z.string(),
  /** The Electron in it, as it was before. */
  electron: z.string(),
  /** The file system of a clean Debian, and where it keeps downloaded packages. */
  debian: z.string(),
  archives: z.string(),
  /** The folders for other systems and processors. */
  others: z.record(z.string(), z.string()),
});
export type Packages = z.infer<typeof Packages>;

/** @throws if the test was not started by `npm run test:package` */
export function builtPackages(): Packages {
  const text = process.env.CLAUDACITY_PACKAGES;
  if (!text) throw new Error('CLAUDACITY_PACKAGES is not set: run this with npm run test:package');
  return Packages.parse(JSON.parse(text));
}

/** The stdout of a program. @throws if it fails or takes longer than 110 s */
export async function output(program: string, ...args: string[]): Promise<string> {
  return (await run(program, args, { timeout: 110_000, maxBuffer: 1e8 })).stdout;
}

/** All files below a folder, relative to it. */
export function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

const ArchiveEntry: z.ZodType<ArchiveEntry> = z.lazy(() =>
  z.object({ files: z.record(z.string(), ArchiveEntry).optional() }),
);
interface ArchiveEntry {
  files?: Record<string, ArchiveEntry> | undefined;
}

/** The names of the files in an app.asar: its header is JSON after four numbers, of which the last is its length. */
export function archivedFiles(file: string): string[] {
  const archive = openSync(file, 'r');
  try {
    const numbers = Buffer.alloc(16);
    readSync(archive, numbers, 0, 16, 0);
    const header = Buffer.alloc(numbers.readUInt32LE(12));
    readSync(archive, header, 0, header.length, 16);
    const namesOf = ({ files = {} }: ArchiveEntry, folder: string): string[] =>
      Object.entries(files).flatMap(([name, entry]) =>
        entry.files ? namesOf(entry, `${folder}${name}/`) : [`${folder}${name}`],
      );
    return namesOf(ArchiveEntry.parse(JSON.parse(header.toString('utf8'))), '');
  } finally {
    closeSync(archive);
  }
}

/** The system and processor that a binary is for, as its own header says. */
export function binaryTarget(file: string): string {
  const bytes = readFileSync(file);
  const magic = bytes.readUInt32BE(0);
  if (magic === 0x7f454c46) return `linux-${{ 62: 'x64', 183: 'arm64' }[bytes.readUInt16LE(18)]}`;
  if (magic === 0xcffaedfe) return `darwin-${{ 16777223: 'x64', 16777228: 'arm64' }[bytes.readUInt32LE(4)]}`;
  const machine = bytes.readUInt16LE(bytes.readUInt32LE(0x3c) + 4);
  return `win32-${{ 34404: 'x64', 43620: 'arm64' }[machine]}`;
}

/** What the folder has more than Electron's own, in bytes: larger files count with what they grew by. */
export function bytesAdded(folder: string, electron: string): number {
  const before = new Map(
    filesIn(electron).map((file) => [path.basename(file), statSync(path.join(electron, file)).size]),
  );
  return filesIn(folder).reduce((sum, file) => {
    // The program itself has the app's name instead of Electron's.
    const own = before.get(path.basename(file)) ?? (file === 'claudacity' ? before.get('electron') : undefined) ?? 0;
    return sum + Math.max(0, statSync(path.join(folder, file)).size - own);
  }, 0);
}
