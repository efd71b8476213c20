/** Tables, times and JSON as the commands print them. */

/** Columns as wide as their longest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => textWidth(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - textWidth(cell))))
      .join('  ')
      .trimEnd(),
  );
}

/** Columns of a terminal: colours take none, and an emoji or a Chinese character takes two. */
function textWidth(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with the escape character.
  const plain = text.replaceAll(/\x1b\[\d+m/g, '');
  return [...plain].reduce((width, character) => width + (WIDE.test(character) ? 2 : 1), 0);
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{1f300}-\u{1faff}]/u;

/** Text of a client or a user in one line of a table: a control character would reach the terminal. */
export function oneLine(text: string, length = 60): string {
  const line = text.replaceAll(/\p{C}+/gu, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** `2026-11-27 16:33:05`, local time. @param at ms since the epoch */
export function dateTime(at: number): string {
  const time = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** `0.42 s`, `12.3 s`, or `–` where it is not known. */
export function seconds(ms: number | null): string {
  if (ms === null) return '–';
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** The document that a command prints with `--json`. */
export function jsonDocument(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
