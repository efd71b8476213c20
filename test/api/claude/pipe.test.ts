/** Long lines to a child: they are written in pieces, and no other line gets between these. */
import { expect, test } from 'vitest';
import { openPipe } from '../../../app/claude/process/pipe/pipe';
import { CliEndedError } from '../../../app/claude/process/protocol';

const WAIT = { timeoutMs: 30_000 };
const PIECES = Array.from({ length: 200 }, (_, index) => `${index},`.padEnd(64 * 1024, 'x'));

function openChild(script: string) {
  return openPipe(process.execPath, ['-e', script], { cwd: process.cwd(), env: {} });
}

test('lines that are sent while a long one is written follow it in their order', async () => {
  const pipe = openChild('process.stdin.pipe(process.stdout)');
  const sent = Promise.all([
    pipe.send('a', WAIT),
    pipe.send(PIECES, WAIT),
    pipe.send('b', WAIT),
    pipe.send(['c', 'd'], WAIT),
  ]);
  // Also the end of the input waits for the line.
  pipe.closeStdin();
  const lines: string[] = [];
  for await (const line of pipe.lines) lines.push(line);
  await sent;

  expect(lines.length).toBe(4);
  expect(lines[1] === PIECES.join('')).toBe(true);
  expect([lines[0], ...lines.slice(2)]).toEqual(['a', 'b', 'cd']);
});

test('a long line is written to its end although its sender does not wait any more', async () => {
  const pipe = openChild('process.stdin.pipe(process.stdout)');
  const abort = new AbortController();
  const abandoned = pipe.send(PIECES, { ...WAIT, signal: abort.signal });
  abort.abort(new Error('gone'));
  await expect(abandoned).rejects.toThrow('gone');
  const next = pipe.send('next', WAIT);
  const lines: string[] = [];
  for await (const line of pipe.lines) {
    lines.push(line);
    if (lines.length === 2) pipe.closeStdin();
  }
  await next;

  expect([lines[0] === PIECES.join(''), lines[1]]).toEqual([true, 'next']);
});

test('a child that ends while a long line is written rejects it and what waits behind it', async () => {
  const pipe = openChild('process.stdin.once("data", () => process.exit())');
  const sent = [pipe.send(PIECES, WAIT), pipe.send('next', WAIT)];

  expect(await Promise.allSettled(sent)).toMatchObject([
    { status: 'rejected', reason: expect.any(CliEndedError) },
    { status: 'rejected', reason: expect.any(CliEndedError) },
  ]);
  await pipe.exited;
});

test('a child that does not read its pipe misses the deadline', async () => {
  const pipe = openChild('setInterval(() => {}, 1000)');

  await expect(pipe.send(PIECES, { timeoutMs: 300 })).rejects.toThrow('did not finish "read" within 300 ms');
  pipe.kill();
  await pipe.exited;
});
