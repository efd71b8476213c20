/**
 * Splits a stream of bytes into lines. It decodes whole lines only, so a chunk may end within a character, and it copies the
 * bytes of a line once, however many chunks the line came in.
 */

const NEWLINE = 0x0a;

export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';
}

/**
 * Yields lines without their line breaks; empty lines are left out.
 * @param maxBytes the longest line that is accepted, so that a child that never ends its line cannot fill the memory. Default
 *   256 MiB: a request body may have 64 MiB, and the CLI writes it back with escapes.
 * @throws LineTooLongError
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes = 256 * 1024 * 1024,
): AsyncGenerator<string> {
  /** The chunks of a line that has not ended yet. */
  let parts: Uint8Array[] = [];
  let partBytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const last = chunk.subarray(from, end);
      from = end + 1;
      const line = parts.length === 0 ? decode(last) : decode(Buffer.concat([...parts, last]));
      parts = [];
      partBytes = 0;
      if (line !== '') yield line;
    }
    if (from === chunk.length) continue;
    parts.push(chunk.subarray(from));
    partBytes += chunk.length - from;
    if (partBytes > maxBytes) throw new LineTooLongError(`a line of more than ${maxBytes} bytes`);
  }
  if (parts.length > 0) yield decode(Buffer.concat(parts));
}

function decode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
