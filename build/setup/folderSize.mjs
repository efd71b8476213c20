/** How much a folder holds. */
import fs from 'node:fs';
import path from 'node:path';

/** @param {string} folder @returns {number} bytes; files that vanish meanwhile count as nothing */
export function folderSize(folder) {
  let total = 0;
  for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const info = fs.lstatSync(path.join(folder, name), { throwIfNoEntry: false });
    if (info?.isFile()) total += info.size;
  }
  return total;
}
