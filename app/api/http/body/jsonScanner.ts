/**
 * Counts what a JSON text holds without building any of it, so that a text that would cost much more memory and time than its
 * size suggests is refused before it is parsed: `[1,1,1,…` takes eight bytes and more for each of its two.
 */

/** The most that a text may hold. */
export interface JsonLimits {
  /** Levels of arrays and objects. */
  readonly depth: number;
  /** Texts, keys, arrays and objects together. */
  readonly parts: number;
  /** Values of any kind, numbers included. */
  readonly values: number;
  /** Bytes of a single text. Default: any number. */
  readonly textBytes?: number;
}

/** The limit that a text exceeds. */
export type JsonExcess = keyof JsonLimits;

export interface JsonScanner {
  /** Counts the next bytes of the text. Returns the limit that it has exceeded so far, if any. It does not check the syntax. */
  push(bytes: Uint8Array): JsonExcess | undefined;
  /** The texts, keys, arrays and objects so far. */
  readonly parts: number;
}

/** Its source is also run in a worker thread (bodyWorker.ts), so it uses nothing from outside of itself. */
export function createJsonScanner(limits: JsonLimits): JsonScanner {
  const [quote, backslash, comma, openArray, openObject, closeArray, closeObject] = [34, 92, 44, 91, 123, 93, 125];
  /** A text that has gone on for so many bytes is likely to be long: its end is then searched natively. */
  const longText = 64;
  const { textBytes: mostTextBytes = Number.POSITIVE_INFINITY } = limits;
  let inText = false;
  let escaped = false;
  let depth = 0;
  let parts = 0;
  let values = 1;
  let textBytes = 0;

  /** The index behind the text's closing quote, or the end of the bytes. */
  const skipText = (bytes: Uint8Array, from: number): number => {
    let at = from;
    let searchAt = from + longText;
    while (at < bytes.length) {
      if (escaped) {
        escaped = false;
        at += 1;
        continue;
      }
      const byte = bytes[at];
      at += 1;
      if (byte === backslash) escaped = true;
      else if (byte === quote) {
        inText = false;
        return at;
      } else if (at >= searchAt) {
        const next = bytes.indexOf(quote, at);
        const end = next < 0 ? bytes.length : next;
        let slashes = 0;
        while (end - slashes > at && bytes[end - slashes - 1] === backslash) slashes += 1;
        // An odd number of them escapes the quote. Those further left escape each other in pairs.
        escaped = slashes % 2 === 1;
        at = end;
        searchAt = end + longText;
      }
    }
    return at;
  };

  return {
    get parts() {
      return parts;
    },
    push(bytes) {
      let at = inText ? skipText(bytes, 0) : 0;
      textBytes += at;
      if (textBytes > mostTextBytes) return 'textBytes';
      while (at < bytes.length) {
        const byte = bytes[at];
        at += 1;
        if (byte === quote) {
          parts += 1;
          inText = true;
          const start = at;
          at = skipText(bytes, start);
          textBytes = at - start;
          if (textBytes > mostTextBytes) return 'textBytes';
        } else if (byte === comma) {
          values += 1;
          if (values > limits.values) return 'values';
        } else if (byte === openArray || byte === openObject) {
          parts += 1;
          depth += 1;
          if (depth > limits.depth) return 'depth';
        } else if (byte === closeArray || byte === closeObject) {
          depth -= 1;
        }
        if (parts > limits.parts) return 'parts';
      }
      return undefined;
    },
  };
}
