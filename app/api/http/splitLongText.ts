/**
 * Some clients read a stream by lines and give up on a long one: Open WebUI's released versions at 128 KiB (its issue 10302).
 * So a long text goes out in several pieces.
 */

/** Bytes of JSON; leaves room below 32 KiB for what a dialect puts around the text. */
const LONGEST_PIECE = 30 * 1024;

/** JSON needs at most this many bytes for one UTF-16 unit (`\u001b`). */
const MOST_BYTES_A_UNIT = 6;

/** The text in order, in as few pieces as are needed, never cut within a character outside the BMP. */
export function* splitLongText(text: string): Generator<string> {
  if (text.length * MOST_BYTES_A_UNIT <= LONGEST_PIECE || Buffer.byteLength(JSON.stringify(text)) <= LONGEST_PIECE) {
    yield text;
    return;
  }
  const length = Math.floor(LONGEST_PIECE / MOST_BYTES_A_UNIT);
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
