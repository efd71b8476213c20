/** Lines are complete, however the bytes are divided into chunks. */
import { describe, expect, test } from 'vitest';
import { LineTooLongError, splitLines } from '../../../../../app/claude/process/pipe/lines';

const TEXT = 'one\nGrüße 👋🏽\r\n日本\n';
const LINES = ['one', 'Grüße 👋🏽', '日本'];

describe('lines are complete', () => {
  const bytes = Buffer.from(TEXT);

  test.each(Array.from({ length: bytes.length + 1 }, (_, at) => at))('in two chunks, cut at byte %i', async (at) => {
    expect(await split(bytes.subarray(0, at), bytes.subarray(at))).toEqual(LINES);
  });

  test('in chunks of one byte', async () => {
    expect(await split(...[...bytes].map((byte) => Buffer.from([byte])))).toEqual(LINES);
  });
});

test('several lines in one chunk are several lines', async () => {
  expect(await split(Buffer.from('1\n2\n3\n'))).toEqual(['1', '2', '3']);
});

test('empty lines are left out', async () => {
  expect(await split(Buffer.from('\n1\n\r\n\n2\n'))).toEqual(['1', '2']);
});

test('a last line without a line break is a line', async () => {
  expect(await split(Buffer.from('1\nhal'), Buffer.from('f'))).toEqual(['1', 'half']);
});

test('a line of 20 MB in small chunks is complete', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const chunks = Array.from({ length: 320 }, () => chunk);

  const [line, ...more] = await split(...chunks, Buffer.from('\n'));

  expect(line?.length).toBe(320 * 64 * 1024);
  expect(more).toEqual([]);
});

test('a line that is longer than maxBytes is an error', async () => {
  await expect(split(Buffer.from('1234'), Buffer.from('5678'), Buffer.from('9\n'), 8)).resolves.toEqual(['123456789']);
  await expect(split(Buffer.from('1234'), Buffer.from('56789'), Buffer.from('\n'), 8)).rejects.toThrow(
    LineTooLongError,
  );
});

test('lines before one that is too long are still yielded', async () => {
  const received: string[] = [];
  const read = async () => {
    for await (const line of splitLines(chunked([Buffer.from('fine\nmuch too long')]), 8)) received.push(line);
  };

  await expect(read()).rejects.toThrow('a line of more than 8 bytes');
  expect(received).toEqual(['fine']);
});

/** The last argument may be `maxBytes`. */
async function split(...parts: (Uint8Array | number)[]): Promise<string[]> {
  const chunks = parts.filter((part) => typeof part !== 'number');
  const maxBytes = parts.find((part) => typeof part === 'number');
  const lines: string[] = [];
  for await (const line of splitLines(chunked(chunks), maxBytes)) lines.push(line);
  return lines;
}

async function* chunked(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
