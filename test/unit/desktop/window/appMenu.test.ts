import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, test } from 'vitest';
import { appMenu } from '../../../../app/desktop/window/appMenu';

describe('appMenu', () => {
  test.each(['linux', 'win32'] as const)('on %s quits with Ctrl+Q', (platform) => {
    const quit = flat(menu(platform, false)).find(({ role }) => role === 'quit');
    expect(quit?.accelerator).toBe('CommandOrControl+Q');
  });

  test('on macOS leaves quitting to the app menu', () => {
    expect(menu('darwin', false)[0]?.role).toBe('appMenu');
  });

  test('installs the command where the package has not', () => {
    const install = () => undefined;
    expect(flat(menu('darwin', false, install)).some(({ click }) => click === install)).toBe(true);
    expect(flat(menu('linux', false)).some(({ label }) => label?.includes('Command'))).toBe(false);
  });

  test.each([
    [true, ['reload', 'toggleDevTools']],
    [false, []],
  ] as const)('in development (%s) has the roles %j for developers', (development, expected) => {
    const roles = flat(menu('linux', development)).map(({ role }) => role);
    expect(roles.filter((role) => role === 'reload' || role === 'toggleDevTools')).toEqual(expected);
  });

  test.each(['linux', 'win32', 'darwin'] as const)('on %s has cut, copy and paste', (platform) => {
    expect(menu(platform, false).map(({ role }) => role)).toContain('editMenu');
  });
});

function menu(
  platform: NodeJS.Platform,
  development: boolean,
  installCommand?: () => void,
): MenuItemConstructorOptions[] {
  return appMenu({ platform, development, openDocs: () => undefined, installCommand });
}

function flat(items: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);
}
