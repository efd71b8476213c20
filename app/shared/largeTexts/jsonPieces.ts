/** Serializes large values as JSON piece by piece, so that other work can run in between. */

/** In UTF-16 units. A piece takes less than a millisecond to serialize and to encode. */
const PIECE_LENGTH = 64 * 1024;

/** In UTF-16 units. The JSON of a smaller value is made at once, in less than a millisecond. */
const LONG = 256 * 1024;

/** About how much of the JSON one value that is no text takes. */
const VALUE_LENGTH = 8;

/** Whether the value's JSON is so long that it is better made in pieces. Takes little time however long it is. */
export function isLong(value: unknown): boolean {
  return lengthLeft(value, LONG) < 0;
}

/** What is left of the length after the value; below 0 as soon as that is known. */
function lengthLeft(value: unknown, length: number): number {
  if (typeof value === 'string') return length - value.length;
  if (typeof value !== 'object' || value === null) return length - VALUE_LENGTH;
  let left = length - VALUE_LENGTH;
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    left = lengthLeft(inner, left);
    if (left < 0) return left;
  }
  return left;
}

/**
 * Yields the text that `JSON.stringify` returns, in pieces that end between characters, so that each can be encoded by itself.
 * @param value plain objects, arrays and values; an undefined field is left out.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  let piece = '';
  for (const token of tokens(value)) {
    piece += token;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function* tokens(value: unknown): Generator<string> {
  if (typeof value === 'string' && value.length > LONG) return yield* textTokens(value);
  if (typeof value !== 'object' || value === null || !isLong(value)) return yield JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) {
    yield '[';
    for (const [index, element] of value.entries()) {
      if (index > 0) yield ',';
      yield* tokens(element);
    }
    return yield ']';
  }
  let separator = '{';
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    yield `${separator}${JSON.stringify(key)}:`;
    yield* tokens(field);
    separator = ',';
  }
  yield separator === '{' ? '{}' : '}';
}

function* textTokens(text: string): Generator<string> {
  yield '"';
  for (const slice of textSlices(text)) yield JSON.stringify(slice).slice(1, -1);
  yield '"';
}

/** The text in slices that end between characters. */
export function* textSlices(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    let end = Math.min(text.length, at + PIECE_LENGTH);
    const last = text.charCodeAt(end - 1);
    // The first half of a character that takes two units.
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end += 1;
    yield text.slice(at, end);
    at = end;
  }
}
