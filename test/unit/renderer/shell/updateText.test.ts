import { expect, test } from 'vitest';
import { updateText } from '../../../../renderer/shell/updates/updateText';
import { updateState } from '../../../support/rendererDev/services';

const version = '1.0.1';

test.each([
  [{ phase: 'off' }, ''],
  [{ phase: 'idle' }, ''],
  [{ phase: 'idle', checkedAt: 1 }, 'This is the newest version.'],
  [{ phase: 'available', version }, 'Version 1.0.1 is there.'],
  [{ phase: 'downloading', version, progress: 0.426 }, 'Version 1.0.1 is downloaded: 42 %.'],
  [{ phase: 'waiting', version, answering: 1 }, 'Version 1.0.1 is installed once 1 running answer has ended.'],
  [{ phase: 'waiting', version, answering: 3 }, 'Version 1.0.1 is installed once 3 running answers have ended.'],
] as const)('the state %o of an update is said as “%s”', (state, text) => {
  expect(updateText(updateState(state))).toBe(text);
});
