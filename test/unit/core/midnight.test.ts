/** A new day is noticed at midnight, and the window's usage of today starts anew. */
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCore } from '../../../app/core';
import { onMidnight } from '../../../app/core/midnight';
import { openConfFile } from '../../../app/settings/confFile';
import { openSettings } from '../../../app/settings/settings';
import { removeFolder, scratchFolder } from '../../support/cli';
import { recordingLog } from '../../support/recordingLog';

const HOUR_MS = 3_600_000;
/** 22:00 local time, a day before a change of clocks in most of Europe. */
const EVENING = new Date(2026, 9, 24, 22, 0).getTime();

beforeEach(() => {
  vi.useFakeTimers({ now: EVENING, toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('each midnight is noticed once', () => {
  const days: string[] = [];
  const end = onMidnight(() => days.push(new Date().toString().slice(0, 21)));

  vi.advanceTimersByTime(2 * HOUR_MS - 1);
  expect(days).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(days).toEqual(['Sun Oct 25 2026 00:00']);
  vi.advanceTimersByTime(25 * HOUR_MS);
  expect(days).toHaveLength(2);

  end();
  vi.advanceTimersByTime(100 * HOUR_MS);
  expect(days).toHaveLength(2);
});

test('a midnight that the computer slept through is noticed within a minute after it', () => {
  const run = vi.fn();
  onMidnight(run);
  vi.setSystemTime(EVENING + 60 * HOUR_MS);

  vi.advanceTimersByTime(60_000);

  expect(run).toHaveBeenCalledOnce();
});

test('the topic `usage` is sent at midnight, with the new day', async () => {
  const dataDir = path.join(await scratchFolder(), 'data');
  const log = recordingLog();
  const env = { CLAUDE_PATH: '/nowhere/claude' };
  const settings = openSettings({ file: openConfFile(dataDir, log), log, env });
  const core = createCore({ dataDir, settings, log, version: '0.0.0-test', env });
  const days: unknown[] = [];
  core.topics.subscribe(['usage'], ({ values }) => days.push(values.usage?.day));

  vi.advanceTimersByTime(2 * HOUR_MS + 100);

  expect(days).toEqual(['2026-10-24', '2026-10-25']);
  await core.stop();
  await removeFolder(path.dirname(dataDir));
});
