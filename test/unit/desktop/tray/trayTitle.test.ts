import { expect, test } from 'vitest';
import { trayTitle } from '../../../../app/desktop/tray/trayTitle';
import type { PlanWindow } from '../../../../app/shared/contract';
import { NO_USAGE } from '../../../../app/shared/usage';

const VALUES = { usage: { usage: { ...NO_USAGE, costUsd: 1.239 } }, planWindows: [0.41, null, 0.634].map(planWindow) };

test.each([
  ['off', ''],
  ['cost', '$1.24'],
  ['plan', '63 %'],
] as const)('%s shows "%s"', (choice, text) => {
  expect(trayTitle(choice, VALUES)).toBe(text);
});

test('nothing is shown of a plan that is not known', () => {
  expect(trayTitle('plan', { ...VALUES, planWindows: [] })).toBe('');
  expect(trayTitle('plan', { ...VALUES, planWindows: [planWindow(null)] })).toBe('');
});

function planWindow(used: number | null): PlanWindow {
  return { name: 'five_hour', title: '5-hour limit', used, resetsAt: null, reportedAt: 0 };
}
