import fs from 'node:fs';
import path from 'node:path';

/** The size of all files in a folder. @param {string} folder @returns {number} bytes, without files that are deleted meanwhile */
export function folderSize(folder) {
  let total = 0;
  for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const info = fs.lstatSync(path.join(folder, name), { throwIfNoEntry: false });
    if (info?.isFile()) total += info.size;
  }
  return total;
}
