/** What follows from the table of settings: the schemas, the values of texts, the README. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ENVIRONMENT_VARIABLES } from '../../../app/shared/cli/environmentVariables';
import { settingText } from '../../../app/shared/settingKinds';
import {
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  SHOWN_SETTING_NAMES,
  shownSettings,
} from '../../../app/shared/settings';
import { shownSettingsChange, storedSettings } from '../../../app/shared/settingsSchema';
import { checkSettingText, parsePinnedText, parseSettingText } from '../../../app/shared/settingText';
import { withVariables } from '../../../build/settingsTable.mjs';

test('every default is valid', () => {
  const defaults = Object.fromEntries(SETTING_NAMES.map((name) => [name, SETTINGS[name].default]));
  expect(storedSettings.parse({})).toEqual(defaults);
  expect(storedSettings.parse(defaults)).toEqual(defaults);
});

test('the page gets what it shows, in the order of the table, as data that can be sent', () => {
  const table = shownSettings();
  expect(Object.keys(table)).toEqual(SHOWN_SETTING_NAMES);
  expect(structuredClone(table)).toEqual(table);
  expect(table.port).toMatchObject({ kind: 'number', label: 'Port', group: 'server', default: 22_434, flag: '--port' });
});

test('the text of a default stands for the default', () => {
  for (const name of SETTING_NAMES) {
    expect(parseSettingText(name, settingText(SETTINGS[name].default))).toEqual(SETTINGS[name].default);
  }
});

test.each<[SettingName, string, unknown]>([
  ['port', ' 8080 ', 8080],
  ['maxProcesses', '', null],
  ['idleMinutes', '0.5', 0.5],
  ['keepTexts', 'No', false],
  ['sendSampling', 'true', true],
  ['theme', 'dark', 'dark'],
  ['cliPath', ' /opt/claude ', '/opt/claude'],
  ['origins', 'http://nas:*, https://a.example', ['http://nas:*', 'https://a.example']],
  ['host', 'fe80::1%eth0', 'fe80::1%eth0'],
])('%s: "%s" is read as its type', (name, input, value) => {
  expect(parseSettingText(name, input)).toEqual(value);
});

test.each<[SettingName, string, string]>([
  ['port', '0', 'Enter a port from 1 to 65,535.'],
  ['port', '0x50', 'Enter a port from 1 to 65,535.'],
  ['maxProcesses', '2.5', 'Enter a whole number from 1 to 256.'],
  ['idleMinutes', '0', 'Enter a number above 0 and at most 1,440.'],
  ['idleMinutes', '', 'Enter a number above 0 and at most 1,440.'],
  ['keepTexts', 'perhaps', 'Enter on or off.'],
  ['theme', 'pink', 'Enter one of system, light, dark.'],
  ['host', 'localhost:80', 'Enter an address or a host name without a port, such as 127.0.0.1.'],
  ['cliPath', 'x'.repeat(4097), 'Enter at most 4,096 characters.'],
])('%s: "%s" is refused with what would be valid', (name, input, fault) => {
  expect(checkSettingText(name, input)).toEqual({ fault });
});

test('a variable may set a port that the window may not', () => {
  expect(parsePinnedText('port', '0')).toBe(0);
  expect(() => parsePinnedText('port', '65536')).toThrow('must be a port from 0 to 65,535');
});

describe('a change by the window', () => {
  test.each([
    { port: 0 },
    { idleMinutes: 0 },
    { idleMinutes: 1441 },
    { host: '' },
    { isolation: false },
    { passVariables: [] },
    { origins: ['*'] },
    { keylessRanges: ['0.0.0.0/0'] },
    { hostNames: ['http://nas'] },
  ])('is refused: %o', (change) => expect(shownSettingsChange.safeParse(change).success).toBe(false));

  test('holds what was sent and no defaults', () => {
    expect(shownSettingsChange.parse({ port: 8080, maxProcesses: null })).toEqual({ port: 8080, maxProcesses: null });
  });
});

test('the README lists the variables of the environment', () => {
  const readme = readFileSync('README.md', 'utf8');
  expect(readme, 'Run: node build/settingsTable.mjs').toBe(withVariables(readme, ENVIRONMENT_VARIABLES));
});
