/** Which configuration files were written, kept over restarts so that a write can be undone later. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { CONFIG_PROGRAMS, type ConfigProgram } from '../shared/connect/configFiles';

const record = z.object({
  program: z.enum(CONFIG_PROGRAMS),
  /** The file that was written, behind its links. */
  target: z.string(),
  at: z.number(),
  /** The name of the copy beside it; null where there was no file. */
  backup: z.string().nullable(),
  /** Of what was written. */
  hash: z.string(),
});
export type WriteRecord = z.infer<typeof record>;

export interface WriteLog {
  latest(program: ConfigProgram): Promise<WriteRecord | undefined>;
  add(record: WriteRecord): Promise<void>;
  remove(record: WriteRecord): Promise<void>;
}

/** Older ones are forgotten; their backups stay. */
const KEPT = 50;

/** @param file is created where it does not exist. One that cannot be read counts as empty. */
export function openWriteLog(file: string): WriteLog {
  const read = async (): Promise<WriteRecord[]> => {
    try {
      return z.array(record).parse(JSON.parse(await readFile(file, 'utf8')));
    } catch {
      return [];
    }
  };
  const write = async (records: readonly WriteRecord[]) => {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(`${file}.new`, JSON.stringify(records.slice(-KEPT)), { mode: 0o600 });
    await rename(`${file}.new`, file);
  };
  return {
    latest: async (program) => (await read()).findLast((one) => one.program === program),
    add: async (added) => write([...(await read()), added]),
    remove: async ({ program, at }) => write((await read()).filter((one) => one.program !== program || one.at !== at)),
  };
}
