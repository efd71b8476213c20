/**
 * The `context` of `/api/generate`: numbers that a client receives with an answer and sends back to continue the conversation.
 * Ollama sends the conversation's tokens; this server sends its text, compressed. So the server stores nothing for a client that
 * may never return, and a client may continue from the same context more than once.
 */
import { promisify } from 'node:util';
import { deflateSync, inflate } from 'node:zlib';
import { z } from 'zod';
import { createJsonScanner } from '../http/body/jsonScanner';
import { boundedArray, MOST } from '../input/boundedArray';
import type { History, HistoryTurn } from '../input/history';

/** The conversation that a context holds. It has texts only. */
export interface EarlierTurns {
  readonly system: string;
  readonly turns: readonly HistoryTurn[];
}

/** The first number of each context: distinguishes it from the tokens of a real Ollama. */
const MARK = 0x434c44;

/** Clients hold contexts across updates of this app, so the keys must not change. */
const packedConversation = z.object({
  system: z.string(),
  said: boundedArray(z.tuple([z.enum(['user', 'assistant']), z.string()]), MOST.messages),
});

/** @param answer the model's answer to the last message. */
export function packContext({ system, messages }: History, answer: string): number[] {
  const texts = messages.map(({ role, content }): PackedMessage => {
    // Ollama's tokens do not contain images either.
    const lines = content.map((block) => (block.type === 'text' ? block.text : `[${block.type}]`));
    return [role, lines.join('\n')];
  });
  const packed: z.output<typeof packedConversation> = { system, said: [...texts, ['assistant', answer]] };
  const bytes = deflateSync(JSON.stringify(packed));
  return [MARK, bytes.length, ...toNumbers(bytes)];
}

type PackedMessage = z.output<typeof packedConversation>['said'][number];

/** null for numbers that this server did not make. */
export async function unpackContext(numbers: readonly number[]): Promise<EarlierTurns | null> {
  const [mark, length = 0] = numbers;
  if (mark !== MARK || numbers.length - 2 !== Math.ceil(length / BYTES_PER_NUMBER)) return null;
  const bytes = toBytes(numbers, 2);
  if (bytes === null) return null;
  try {
    const json = await inflateAsync(bytes.subarray(0, length), { maxOutputLength: MAX_UNPACKED_BYTES });
    if (createJsonScanner(UNPACKED_LIMITS).push(json) !== undefined) return null;
    const { system, said } = packedConversation.parse(JSON.parse(json.toString()));
    const turns = said.map(([role, text]): HistoryTurn => {
      return role === 'user' ? { role, content: [{ type: 'text', text }] } : { role, text, calls: [] };
    });
    return { system, turns };
  } catch {
    return null;
  }
}

/** Bytes; more than any model reads. */
const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;
const UNPACKED_LIMITS = { depth: 10, parts: 4 * MOST.messages, values: 4 * MOST.messages };

const inflateAsync = promisify(inflate);

/** Bytes in one number. Three keep it within the range that every client accepts as a token. */
const BYTES_PER_NUMBER = 3;

function toNumbers(bytes: Buffer): number[] {
  const starts = Array.from(
    { length: Math.ceil(bytes.length / BYTES_PER_NUMBER) },
    (_, index) => index * BYTES_PER_NUMBER,
  );
  return starts.map((at) => ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0));
}

/** The bytes in the numbers from an index on; null if one of the numbers was not made by `toNumbers`. */
function toBytes(numbers: readonly number[], from: number): Buffer | null {
  const bytes = Buffer.alloc((numbers.length - from) * BYTES_PER_NUMBER);
  for (let at = from; at < numbers.length; at += 1) {
    const number = numbers[at] ?? -1;
    if (!Number.isInteger(number) || number < 0 || number > 0xffffff) return null;
    bytes.writeUIntBE(number, (at - from) * BYTES_PER_NUMBER, BYTES_PER_NUMBER);
  }
  return bytes;
}
