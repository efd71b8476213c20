/** Rewrites CHANGELOG.md in the format of Debian's changelogs, which deb and rpm carry. */

const AUTHOR = 'Claudacity <claudacity@example.org>';

/**
 * @param {string} markdown in the format of Keep a Changelog
 * @param {string} version of the package, whose changes may be under `[Unreleased]`
 * @param {Date} date of the versions that have none
 * @returns {string} an entry for each version, the newest first
 */
export function debianChangelog(markdown, version, date) {
  /** @type {Map<string, { changes: string[], date: Date }>} */
  const versions = new Map();
  for (const section of markdown.split(/^## /m).slice(1)) {
    const [, name = '', day] = /^\[?([^\]\s]+)\]?(?: - (\d{4}-\d\d-\d\d))?/.exec(section) ?? [];
    const key = name === 'Unreleased' ? version : name;
    const earlier = versions.get(key);
    const changes = [...(earlier?.changes ?? []), ...changesOf(section)];
    versions.set(key, { changes, date: earlier?.date ?? (day ? new Date(`${day}T12:00:00Z`) : date) });
  }
  const entries = [...versions].filter(([, { changes }]) => changes.length > 0);
  if (entries.length === 0) return entry(version, ['A new version.'], date);
  return entries.map(([name, { changes, date: day }]) => entry(name, changes, day)).join('\n');
}

/** @param {string} section @returns {string[]} */
function changesOf(section) {
  const items = section.split(/^- /m).slice(1);
  return items.map((item) => (item.split(/\n\s*\n|\n#/)[0] ?? '').replace(/\s+/g, ' ').trim());
}

/** @param {string} version @param {string[]} changes @param {Date} date */
function entry(version, changes, date) {
  const list = changes.map((change) => wrap(`* ${change}`)).join('\n');
  const day = date.toUTCString().replace('GMT', '+0000');
  return `claudacity (${version.replaceAll('-', '~')}) unstable; urgency=medium\n\n${list}\n\n -- ${AUTHOR}  ${day}\n`;
}

/** Breaks a change into lines of at most 78 characters, indented as Debian does. @param {string} text */
function wrap(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length > 74 && line !== '') lines.push(`  ${word}`);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `  ${line}`).join('\n');
}
