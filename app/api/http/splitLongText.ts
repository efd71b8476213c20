/**
 * Some clients read a stream line by line and fail on a long line: released versions of Open WebUI at 128 KiB (its issue 10302).
 * A long text is therefore sent in several pieces.
 */

/** In bytes of JSON. A line stays below 32 KiB with what the dialect puts around the text. */
const MAX_PIECE_BYTES = 30 * 1024;

/** JSON needs at most this many bytes for a UTF-16 unit (`\u001b`). */
const MAX_BYTES_PER_UNIT = 6;

/** Splits only a text that is too long, and never between the two surrogates of a character. */
export function* splitLongText(text: string): Generator<string> {
  if (
    text.length * MAX_BYTES_PER_UNIT <= MAX_PIECE_BYTES ||
    Buffer.byteLength(JSON.stringify(text)) <= MAX_PIECE_BYTES
  ) {
    yield text;
    return;
  }
  const length = Math.floor(MAX_PIECE_BYTES / MAX_BYTES_PER_UNIT);
  for (let from = 0; from < text.length; ) {
    const cut = from + length;
    const to = isHighSurrogate(text.charCodeAt(cut - 1)) ? cut + 1 : cut;
    yield text.slice(from, to);
    from = to;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
