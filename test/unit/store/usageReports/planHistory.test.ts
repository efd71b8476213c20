/** How the use of the plans' windows is recorded. */
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlanWindow } from '../../../../app/shared/contract';
import { type Database, openDatabase } from '../../../../app/store/database';
import { createPlanHistory } from '../../../../app/store/usageReports/planHistory';
import { removeFolder, scratchFolder } from '../../../support/cli';
import { recordingLog } from '../../../support/recordingLog';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = new Date(2026, 10, 22, 12).getTime();
const RESET = START + 4 * 60 * MINUTE;

let folder: string;
let database: Database;

beforeEach(async () => {
  folder = await scratchFolder();
  database = openDatabase(path.join(folder, 'claudacity.db'), recordingLog());
});

afterEach(async () => {
  database.close();
  await removeFolder(folder);
});

const windowAt = (reportedAt: number, used: number | null, resetsAt: number | null = RESET): PlanWindow => ({
  ...{ name: 'five_hour', title: '5-hour limit', used, resetsAt, reportedAt },
});

function open(now = () => START) {
  return createPlanHistory({ database, log: recordingLog(), now });
}

test('a change is a point; a report of the same is none', () => {
  const history = open();
  history.record('', [windowAt(START, 0.1)]);
  history.record('', [windowAt(START + 6 * MINUTE, 0.1)]);
  history.record('', [windowAt(START + 7 * MINUTE, 0.2)]);
  history.record('', [windowAt(START + 8 * MINUTE, null)]);
  expect(history.between(START, START + DAY)).toEqual([
    {
      ...{ accountId: '', name: 'five_hour' },
      points: [
        { at: START, used: 0.1, resetsAt: RESET },
        { at: START + 7 * MINUTE, used: 0.2, resetsAt: RESET },
      ],
    },
  ]);
});

test('changes within five minutes are one point, with the latest value, also after a new start', () => {
  open().record('', [windowAt(START, 0.1)]);
  open().record('', [windowAt(START + MINUTE, 0.3)]);
  open().record('', [windowAt(START + 4 * MINUTE, 0.4)]);
  expect(open().between(START, START + DAY)[0]?.points).toEqual([{ at: START, used: 0.4, resetsAt: RESET }]);
});

test('a window that was reset begins anew, and accounts are apart', () => {
  const history = open();
  history.record('', [windowAt(START, 0.9)]);
  history.record('', [windowAt(START + MINUTE, 0.01, RESET + 300 * MINUTE)]);
  history.record('second', [windowAt(START, 0.5)]);
  expect(
    history.between(START, START + DAY).map(({ accountId, points }) => [accountId, points.map(({ used }) => used)]),
  ).toEqual([
    ['', [0.9, 0.01]],
    ['second', [0.5]],
  ]);
});

test('the point that held at the beginning of the time is included, unless its window was reset before', () => {
  const history = open();
  history.record('', [windowAt(START, 0.2)]);
  expect(history.between(START + 60 * MINUTE, START + DAY)[0]?.points).toHaveLength(1);
  expect(history.between(RESET + MINUTE, START + DAY)).toEqual([]);
});

test('points older than 35 days are deleted', () => {
  open().record('', [windowAt(START, 0.2)]);
  const later = START + 36 * DAY;
  open(() => later).record('', [windowAt(later, 0.3, later + MINUTE)]);
  expect(database.prepare('SELECT used FROM plan_history').all()).toEqual([{ used: 0.3 }]);
});
