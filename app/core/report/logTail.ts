/** Reads the last faults of the log file. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** One line of the log file, of level warn or error. */
const faultEntry = z.looseObject({ time: z.string(), level: z.enum(['warn', 'error']), message: z.string() });

/** How much of each file is read, from its end, in bytes. */
const TAIL_BYTES = 512 * 1024;

/** The newest entries of level warn and error, the oldest first, each as one line of text. Files that cannot be read count as empty. */
export async function lastFaults(dataDir: string, count: number): Promise<string[]> {
  const folder = path.join(dataDir, 'logs');
  const newest = await faultsIn(path.join(folder, 'claudacity.log'));
  const older = newest.length < count ? await faultsIn(path.join(folder, 'claudacity1.log')) : [];
  return [...older, ...newest].slice(-count);
}

async function faultsIn(file: string): Promise<string[]> {
  const text = await tail(file).catch(() => '');
  return text.split('\n').flatMap((line) => {
    const entry = faultEntry.safeParse(parsed(line));
    return entry.success ? [entryText(entry.data)] : [];
  });
}

async function tail(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await handle.close();
  }
}

/** The first line may be cut. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A stack would fill the report: its first line says what went wrong. */
function entryText({ time, level, message, ...fields }: z.infer<typeof faultEntry>): string {
  const details = Object.entries(fields).map(([name, value]) => {
    const text = typeof value === 'string' ? (value.split('\n', 1)[0] ?? '') : JSON.stringify(value);
    return ` ${name}=${text.slice(0, 300)}`;
  });
  return `${time} ${level} ${message.slice(0, 500)}${details.join('')}`;
}
