/** Where the programs of the store's worker threads are. */
import { fileURLToPath } from 'node:url';

/** In a package, the file is unpacked beside the archive, so that a worker can load it and its native addon. */
export function workerFile(name: string): string {
  return fileURLToPath(new URL(`./${name}`, import.meta.url)).replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
}
