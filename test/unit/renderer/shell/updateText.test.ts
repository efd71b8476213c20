import { expect, test } from 'vitest';
import { updateText } from '../../../../renderer/shell/updates/updateText';
import { updateState } from '../../../support/rendererDev/services';

const version = '1.0.1';

test.each([
  [{ phase: 'off' }, ''],
  [{ phase: 'idle' }, ''],
  [{ phase: 'idle', checkedAt: 1 }, 'This is the newest version.'],
  [{ phase: 'available', version }, 'Version 1.0.1 is available.'],
  [{ phase: 'downloading', version, progress: 0.426 }, 'Downloading version 1.0.1: 42 %.'],
  [{ phase: 'waiting', version, answering: 1 }, 'Installing as soon as the running answer has finished.'],
  [{ phase: 'waiting', version, answering: 3 }, 'Installing as soon as 3 running answers have finished.'],
  [
    { phase: 'waiting', version, installed: true, answering: 1 },
    'Restarting as soon as the running answer has finished.',
  ],
] as const)('the state %o of an update is said as “%s”', (state, text) => {
  expect(updateText(updateState(state))).toBe(text);
});
