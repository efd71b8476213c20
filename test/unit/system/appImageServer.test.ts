import { describe, expect, test } from 'vitest';
import { unitOf } from '../../../app/system/appImageServer';

describe('the unit that holds an app', () => {
  const user = '/user.slice/user-1000.slice/user@1000.service';
  test.each([
    [
      'an autostart entry',
      `0::${user}/app.slice/app-claudacity@autostart.service\n`,
      'app-claudacity@autostart.service',
    ],
    ['a start from GNOME', `0::${user}/app.slice/app-gnome-claudacity-4711.scope\n`, 'app-gnome-claudacity-4711.scope'],
    ['an older control group', `9:memory:/user.slice\n1:name=systemd:${user}/app.slice/a.service\n0::/\n`, 'a.service'],
    ['a group within the unit', `0::${user}/app.slice/a.service/inner\n`, undefined],
    ['a session of the system’s', '0::/user.slice/user-1000.slice/session-3.scope\n', undefined],
    ['no systemd', '0::/\n', undefined],
  ])('%s', (_name, group, unit) => {
    expect(unitOf(group)).toBe(unit);
  });
});
