/** Finds programs as a shell does. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** The path of the first program with one of the names in the folders of the PATH; undefined where there is none that this user may start. */
export function programOnPath(names: readonly string[], env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? env.Path ?? '').split(path.delimiter).filter(path.isAbsolute);
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find(canRun);
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
