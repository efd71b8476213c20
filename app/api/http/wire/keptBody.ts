/** The start of a body, as it went by: its chunks are referred to, not copied. */

export interface KeptBody {
  /** All bytes, also of what is not kept. */
  readonly bytes: number;
  readonly keptBytes: number;
  /** Returns how many bytes more are kept. */
  add(chunk: string | Uint8Array): number;
  /** What is kept; null where nothing may be. */
  read(): Buffer | null;
  drop(): void;
}

/** A chunk costs about so much besides its bytes. */
const CHUNK_BYTES = 64;

/** @param isKept whether the body is kept at all, or only measured. */
export function keptBody(isKept: boolean, maxBytes: number): KeptBody {
  let chunks: (string | Uint8Array)[] | null = isKept ? [] : null;
  let bytes = 0;
  let keptBytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    get keptBytes() {
      return keptBytes;
    },
    add: (chunk) => {
      const size = typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.byteLength;
      const isFull = bytes >= maxBytes;
      bytes += size;
      if (chunks === null || isFull || size === 0) return 0;
      chunks.push(chunk);
      keptBytes += size + CHUNK_BYTES;
      return size + CHUNK_BYTES;
    },
    read: () => chunks && Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as Uint8Array))).subarray(0, maxBytes),
    drop: () => {
      chunks = null;
      keptBytes = 0;
    },
  };
}
