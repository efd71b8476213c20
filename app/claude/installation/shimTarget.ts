/** The program behind a script that npm has installed as a command on Windows. */
import { open } from 'node:fs/promises';
import path from 'node:path';

/** npm's scripts have some 500 bytes. */
const MAX_BYTES = 4096;

/**
 * Resolves npm's `claude.cmd` to the program that it starts: cmd.exe would interpret the arguments once more, and cannot be ended together with what
 * it has started. The scripts are those of npm's package cmd-shim: their last line names the target as `"%dp0%\…\claude.exe" %*`, earlier versions
 * as `"%~dp0\…"`.
 * @param file the path of the script
 * @returns the path that the script names, which may not exist; undefined where it is another kind of script or cannot be read.
 */
export async function shimTarget(file: string): Promise<string | undefined> {
  const script = await readStart(file);
  // Behind a script of Node, there is no program to start in its place.
  const target = /"%(?:dp0%|~dp0)\\?([^"%\r\n]+\.exe)"\s+%\*/i.exec(script)?.[1];
  return target === undefined ? undefined : path.win32.join(path.win32.dirname(file), target);
}

async function readStart(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}
