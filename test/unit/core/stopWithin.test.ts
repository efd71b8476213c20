/** The end of the app, with and without a limit that is reached. */
import { expect, test } from 'vitest';
import { stopLimitMs, stopWithin } from '../../../app/core/stopWithin';
import { recordingLog } from '../../support/recordingLog';

test('resolves as soon as the app has stopped', async () => {
  expect(await stopWithin(async () => {}, 60_000, recordingLog())).toBe(true);
});

test('does not wait longer than the limit, and logs that', async () => {
  const logged: string[] = [];
  const log = { error: (message: string) => void logged.push(message) };
  expect(await stopWithin(() => new Promise(() => {}), 1, log)).toBe(false);
  expect(await stopWithin(() => Promise.reject(new Error('no')), 60_000, log)).toBe(false);
  expect(logged).toEqual(['the app did not stop in time', 'the app could not be stopped']);
});

test('the limit is the time that running answers have, and five seconds', () => {
  expect([stopLimitMs(0), stopLimitMs(10)]).toEqual([5_000, 15_000]);
});
