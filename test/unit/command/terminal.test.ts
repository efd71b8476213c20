import { PassThrough } from 'node:stream';
import type tty from 'node:tty';
import { afterEach, expect, test, vi } from 'vitest';
import { processTerminal } from '../../../app/command/terminal';

/** A stream that says it is a terminal, and collects what is written. */
function stream(isTTY: boolean) {
  const through = new PassThrough();
  const written: string[] = [];
  through.on('data', (data: Buffer) => written.push(data.toString()));
  return { written, stream: Object.assign(through, { isTTY }) as unknown as tty.WriteStream & tty.ReadStream };
}

function terminal(isTTY: boolean, env: NodeJS.ProcessEnv = {}) {
  const [stdin, stdout, stderr] = [stream(isTTY), stream(isTTY), stream(isTTY)];
  const made = processTerminal({ stdin: stdin.stream, stdout: stdout.stream, stderr: stderr.stream }, env);
  return { made, stdin, stdout, stderr };
}

afterEach(() => {
  vi.useRealTimers();
});

test('colours are for a terminal alone, and never with NO_COLOR', () => {
  expect(terminal(true).made.paint.bad('x')).toBe('\x1b[31mx\x1b[0m');
  expect(terminal(false).made.paint.bad('x')).toBe('x');
  expect(terminal(true, { NO_COLOR: '1' }).made.paint.bad('x')).toBe('x');
  expect(terminal(true, { TERM: 'dumb' }).made.paint.bad('x')).toBe('x');
});

test('a progress line is shown after two seconds, on a terminal alone, and taken away', async () => {
  vi.useFakeTimers();
  const { made, stderr } = terminal(true);
  let finish: (value: string) => void = () => {};
  const work = made.progress(
    'Working…',
    new Promise<string>((resolve) => {
      finish = resolve;
    }),
  );
  await vi.advanceTimersByTimeAsync(1_999);
  expect(stderr.written.join('')).toBe('');
  await vi.advanceTimersByTimeAsync(1_001);
  expect(stderr.written.join('')).toContain('Working… 3 s');
  finish('done');
  expect(await work).toBe('done');
  await vi.advanceTimersByTimeAsync(0);
  expect(stderr.written.at(-1)).toBe('\r\x1b[K');

  const quiet = terminal(false);
  const other = quiet.made.progress('Working…', new Promise<void>((resolve) => setTimeout(resolve, 5_000)));
  await vi.advanceTimersByTimeAsync(5_000);
  await other;
  expect(quiet.stderr.written).toEqual([]);
});

test('a question is answered by a person at the terminal, and with no elsewhere', async () => {
  expect(await terminal(false).made.confirm('Delete?')).toBe(false);
  const { made, stdin } = terminal(true);
  const answer = made.confirm('Delete?');
  stdin.stream.push('y\n');
  expect(await answer).toBe(true);
  const ended = terminal(true);
  const none = ended.made.confirm('Delete?');
  ended.stdin.stream.push(null);
  expect(await none).toBe(false);
});

test('a progress line is never wider than the terminal', async () => {
  vi.useFakeTimers();
  const { made, stderr } = terminal(true);
  Object.assign(stderr.stream, { columns: 12 });
  const work = made.progress('Looking everywhere…', new Promise<void>((resolve) => setTimeout(resolve, 2_500)));
  await vi.advanceTimersByTimeAsync(2_500);
  await work;
  expect(stderr.written[0]).toBe('\r\x1b[KLooking 2 s');
});

test('Ctrl+C at a question interrupts the command', async () => {
  const [stdin, stdout, stderr] = [stream(true), stream(true), stream(true)];
  const onInterrupt = vi.fn();
  const streams = { stdin: stdin.stream, stdout: stdout.stream, stderr: stderr.stream };
  const answer = processTerminal(streams, {}, onInterrupt).confirm('Delete?');
  stdin.stream.write('\x03');
  expect(await answer).toBe(false);
  expect(onInterrupt).toHaveBeenCalledOnce();
});
