/**
 * The `context` of `/api/generate`: numbers that a client receives with an answer and sends back to continue the conversation.
 * Ollama sends the conversation's tokens; this server sends its text, compressed. So the server stores nothing for a client that
 * may never return, and a client may continue from the same context more than once.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { z } from 'zod';
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
  said: z.array(z.tuple([z.enum(['user', 'assistant']), z.string()])),
});

/** @param answer the model's answer to the last message. */
export function packContext({ system, messages }: History, answer: string): number[] {
  const texts = messages.map(({ role, content }): PackedMessage => {
    // Ollama's tokens do not contain images either.
    const lines = content.map((block) => (block.type === 'text' ? block.text : `[${block.type}]`));
    return [role, lines.join('\n')];
  });
  const packed: z.input<typeof packedConversation> = { system, said: [...texts, ['assistant', answer]] };
  const bytes = deflateSync(JSON.stringify(packed));
  return [MARK, bytes.length, ...toNumbers(bytes)];
}

type PackedMessage = z.input<typeof packedConversation>['said'][number];

/** null for numbers that this server did not make. */
export function unpackContext([mark, length = 0, ...rest]: readonly number[]): EarlierTurns | null {
  if (mark !== MARK || rest.length !== Math.ceil(length / BYTES_PER_NUMBER) || !rest.every(isPackedNumber)) return null;
  try {
    const bytes = Buffer.from(rest.flatMap((number) => [number >> 16, (number >> 8) & 0xff, number & 0xff]));
    const json = inflateSync(bytes.subarray(0, length), { maxOutputLength: MAX_UNPACKED_BYTES });
    const { system, said } = packedConversation.parse(JSON.parse(json.toString()));
    const turns = said.map(([role, text]): HistoryTurn => {
      return role === 'user' ? { role, content: [{ type: 'text', text }] } : { role, text, calls: [] };
    });
    return { system, turns };
  } catch {
    return null;
  }
}

/** Bytes; as large as a request body may be. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/** Bytes in one number. Three keep it within the range that every client accepts as a token. */
const BYTES_PER_NUMBER = 3;

function toNumbers(bytes: Buffer): number[] {
  const starts = Array.from(
    { length: Math.ceil(bytes.length / BYTES_PER_NUMBER) },
    (_, index) => index * BYTES_PER_NUMBER,
  );
  return starts.map((at) => ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0));
}

function isPackedNumber(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffffff;
}
