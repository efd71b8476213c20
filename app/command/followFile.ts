/** Reads the lines of a log file, and those that are added to it, also where the file is replaced by a new one. */
import { open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Of a file's end, in bytes, to find the last lines in: a log file has at most 5 MB. */
const TAIL_BYTES = 6 * 1024 * 1024;
const LOOK_MS = 250;

export interface LogPosition {
  /** The file's identity, so that a file in its place is read from its start. */
  readonly ino: number;
  readonly offset: number;
}

/** The lines of the file's end, and where it ends; no lines where there is no file. @throws the file system's other errors */
export async function readLines(file: string): Promise<{ lines: string[]; position: LogPosition }> {
  const { text, position } = await readFrom(file, undefined);
  return { lines: text.split('\n').filter((line) => line !== ''), position };
}

/** Calls `onLine` with each line that is added. Resolves when the signal is aborted. @throws the file system's errors */
export async function followLines(
  file: string,
  from: LogPosition,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let position = from;
  while (!signal.aborted) {
    const added = await readFrom(file, position);
    position = added.position;
    for (const line of added.text.split('\n')) if (line !== '') onLine(line);
    // A file system may not report changes, as a mounted one of a container.
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** @param position where to begin; undefined for the file's end. */
async function readFrom(
  file: string,
  position: LogPosition | undefined,
): Promise<{ text: string; position: LogPosition }> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return { text: '', position: position ?? { ino: 0, offset: 0 } };
  const { ino, size } = found;
  const isSame = position !== undefined && position.ino === ino && position.offset <= size;
  const begin = isSame ? position.offset : position === undefined ? Math.max(0, size - TAIL_BYTES) : 0;
  if (begin === size) return { text: '', position: { ino, offset: size } };
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(size - begin);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, begin);
    // A line may be written in two parts: its beginning is read again with the rest.
    const end = buffer.lastIndexOf(0x0a, bytesRead - 1) + 1;
    return { text: buffer.toString('utf8', 0, end), position: { ino, offset: begin + end } };
  } finally {
    await handle.close();
  }
}
