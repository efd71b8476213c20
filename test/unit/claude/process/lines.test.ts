/** A line is whole however its bytes arrive. */
import { describe, expect, test } from 'vitest';
import { LineTooLongError, splitLines } from '../../../../app/claude/process/lines';

const TEXT = 'one\nGrüße 👋🏽\r\n日本\n';
const LINES = ['one', 'Grüße 👋🏽', '日本'];

describe('lines come out whole', () => {
  const bytes = Buffer.from(TEXT);

  test.each(Array.from({ length: bytes.length + 1 }, (_, at) => at))('cut at byte %i', async (at) => {
    expect(await split(bytes.subarray(0, at), bytes.subarray(at))).toEqual(LINES);
  });

  test('with a chunk for every byte', async () => {
    expect(await split(...[...bytes].map((byte) => Buffer.from([byte])))).toEqual(LINES);
  });
});

test('several lines in one chunk are several lines', async () => {
  expect(await split(Buffer.from('1\n2\n3\n'))).toEqual(['1', '2', '3']);
});

test('empty lines are left out', async () => {
  expect(await split(Buffer.from('\n1\n\r\n\n2\n'))).toEqual(['1', '2']);
});

test('a last line without its end is a line', async () => {
  expect(await split(Buffer.from('1\nhal'), Buffer.from('f'))).toEqual(['1', 'half']);
});

test('a line of 20 MB in small chunks comes out whole', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const chunks = Array.from({ length: 320 }, () => chunk);

  const [line, ...more] = await split(...chunks, Buffer.from('\n'));

  expect(line?.length).toBe(320 * 64 * 1024);
  expect(more).toEqual([]);
});

test('a line that does not end within the bound is an error', async () => {
  await expect(split(Buffer.from('1234'), Buffer.from('5678'), Buffer.from('9\n'), 8)).resolves.toEqual(['123456789']);
  await expect(split(Buffer.from('1234'), Buffer.from('56789'), Buffer.from('\n'), 8)).rejects.toThrow(
    LineTooLongError,
  );
});

test('lines before one that is too long are still given', async () => {
  const given: string[] = [];
  const read = async () => {
    for await (const line of splitLines(chunked([Buffer.from('fine\nmuch too long')]), 8)) given.push(line);
  };

  await expect(read()).rejects.toThrow('a line of more than 8 bytes');
  expect(given).toEqual(['fine']);
});

/** The last argument may be the bound. */
async function split(...parts: (Uint8Array | number)[]): Promise<string[]> {
  const chunks = parts.filter((part) => typeof part !== 'number');
  const bound = parts.find((part) => typeof part === 'number');
  const lines: string[] = [];
  for await (const line of splitLines(chunked(chunks), bound)) lines.push(line);
  return lines;
}

async function* chunked(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
