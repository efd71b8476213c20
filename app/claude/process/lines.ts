/**
 * Cuts a byte stream into lines. Bytes are joined before they are decoded, so a character may be cut anywhere
 * between two chunks; a line is copied once however many chunks it came in.
 */

const NEWLINE = 0x0a;

export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';
}

/**
 * @param maxBytes the most that a line may hold; more is a `LineTooLongError`, so that a child that never
 * ends its line cannot fill the memory. Default 256 MiB: a request body may hold 64 MiB and is echoed escaped.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes = 256 * 1024 * 1024,
): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const last = chunk.subarray(from, end);
      from = end + 1;
      const line = parts.length === 0 ? decode(last) : decode(Buffer.concat([...parts, last]));
      parts = [];
      held = 0;
      if (line !== '') yield line;
    }
    if (from === chunk.length) continue;
    parts.push(chunk.subarray(from));
    held += chunk.length - from;
    if (held > maxBytes) throw new LineTooLongError(`a line of more than ${maxBytes} bytes`);
  }
  if (parts.length > 0) yield decode(Buffer.concat(parts));
}

function decode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
