/** Writes `ar` archives, the format of a .deb: what dpkg reads of it needs no program that a Debian without compilers has. */
import fs from 'node:fs';
import path from 'node:path';

/**
 * @param {string} file the archive to write
 * @param {string[]} members paths of the files in it, in this order; their names have at most 15 characters
 */
export function writeArchive(file, members) {
  const archive = fs.openSync(file, 'w', 0o644);
  try {
    fs.writeSync(archive, '!<arch>\n');
    for (const member of members) {
      const content = fs.readFileSync(member);
      fs.writeSync(archive, header(path.basename(member), content.length));
      writeAll(archive, content);
      // Members begin at even positions.
      if (content.length % 2) fs.writeSync(archive, '\n');
    }
  } finally {
    fs.closeSync(archive);
  }
}

/** Name, time, owner, group, mode, size. @param {string} name @param {number} size */
function header(name, size) {
  const fields = [
    name.padEnd(16),
    '0'.padEnd(12),
    '0'.padEnd(6),
    '0'.padEnd(6),
    '100644'.padEnd(8),
    String(size).padEnd(10),
  ];
  return `${fields.join('')}\`\n`;
}

/** @param {number} archive @param {Buffer} content */
function writeAll(archive, content) {
  for (let at = 0; at < content.length; ) at += fs.writeSync(archive, content, at);
}
