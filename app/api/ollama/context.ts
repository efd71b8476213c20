/**
 * The `context` of `/api/generate`: numbers that a client gets with an answer and sends back to go on from there. With Ollama
 * they are the tokens of all that was said; here they are its text, packed. So nothing has to be kept for a client that may
 * never come back, and one that sends the same numbers twice goes on from the same place twice.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { z } from 'zod';
import type { History, HistoryTurn } from '../input/history';

/** What was said before; texts alone. */
export interface Before {
  readonly system: string;
  readonly turns: readonly HistoryTurn[];
}

/** Tells our numbers from those of a real Ollama. */
const MARK = 0x434c44;

const Packed = z.object({ system: z.string(), said: z.array(z.tuple([z.enum(['user', 'assistant']), z.string()])) });

/** @param answer what the model said to the last of the messages. */
export function contextOf({ system, messages }: History, answer: string): number[] {
  const said = messages.map(({ role, content }): z.input<typeof Packed>['said'][number] => {
    // As with Ollama, whose tokens hold no image either.
    const texts = content.map((block) => (block.type === 'text' ? block.text : `[${block.type}]`));
    return [role, texts.join('\n')];
  });
  said.push(['assistant', answer]);
  const bytes = deflateSync(JSON.stringify({ system, said }));
  return [MARK, bytes.length, ...numbers(bytes)];
}

/** null for numbers that are not ours. */
export function readContext([mark, length = 0, ...rest]: readonly number[]): Before | null {
  if (mark !== MARK || rest.length !== Math.ceil(length / BYTES) || !rest.every(isWord)) return null;
  try {
    const bytes = Buffer.from(rest.flatMap((word) => [word >> 16, (word >> 8) & 0xff, word & 0xff]));
    const json = inflateSync(bytes.subarray(0, length), { maxOutputLength: LONGEST });
    const { system, said } = Packed.parse(JSON.parse(json.toString()));
    const turns = said.map(([role, text]): HistoryTurn => {
      return role === 'user' ? { role, content: [{ type: 'text', text }] } : { role, text, calls: [] };
    });
    return { system, turns };
  } catch {
    return null;
  }
}

/** As large as a body may be. */
const LONGEST = 64 * 1024 * 1024;

/** In one number: as many as keep it within what every client takes for a token. */
const BYTES = 3;

function numbers(bytes: Buffer): number[] {
  const words = Array.from({ length: Math.ceil(bytes.length / BYTES) }, (_, index) => index * BYTES);
  return words.map((at) => ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0));
}

function isWord(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffffff;
}
