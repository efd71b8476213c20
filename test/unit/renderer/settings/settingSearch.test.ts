import { describe, expect, it } from 'vitest';
import { SHOWN_SETTING_NAMES, shownSettings } from '../../../../app/shared/settings';
import { isModified } from '../../../../renderer/settings/settingFacts';
import { countShown, searchWords, shownGroups } from '../../../../renderer/settings/settingSearch';

const TABLE = shownSettings();
const found = (text: string) => shownGroups(TABLE, searchWords(text));
const names = (text: string) => found(text).flatMap((group) => group.names);

describe('the search of the settings', () => {
  it('shows everything without words, each setting once', () => {
    expect(names(' ').toSorted()).toEqual(SHOWN_SETTING_NAMES.toSorted());
    expect(
      found('')
        .filter(({ showsPart }) => showsPart)
        .map(({ group }) => group),
    ).toEqual(['keys', 'accounts', 'startUp', 'updates', 'about']);
  });

  it.each([
    ['LISTEN', 'host'],
    ['docker wsl', 'trustContainers'],
    ['Keep running', 'closeWithoutTray'],
    ['keepMegabytes', 'keepMegabytes'],
    ['CLAUDE_PATH', 'cliPath'],
    ['--port', 'port'],
  ])('finds by label, note, choice, name, variable and option: %s', (text, name) => {
    expect(names(text)).toEqual([name]);
  });

  it('finds what contains all the words, and leaves out groups without a match', () => {
    expect(found('licences').map(({ group, names, showsPart }) => [group, names.length, showsPart])).toEqual([
      ['about', 0, true],
    ]);
    expect(found('docker xyzzy')).toEqual([]);
    expect(countShown(found('xyzzy'))).toBe(0);
  });

  it('finds all of a group by its title', () => {
    expect(found('notifications').find(({ group }) => group === 'notifications')?.names).toHaveLength(7);
  });
});

describe('a setting is marked as changed', () => {
  it('where its value is not the default', () => {
    const { port, maxProcesses } = TABLE;
    expect([isModified(port, 8080), isModified(port, 22434), isModified(maxProcesses, null)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('not by what a variable adds to a list', () => {
    expect(isModified(TABLE.origins, ['https://a.example'], ['https://a.example'])).toBe(false);
    expect(isModified(TABLE.origins, ['https://a.example', 'https://b.example'], ['https://a.example'])).toBe(true);
  });
});
