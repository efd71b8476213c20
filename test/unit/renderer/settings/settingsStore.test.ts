/** What the settings page sends to the app, and what it shows of the answer. */
import { describe, expect, it } from 'vitest';
import type { AppSettings, CallHandlers, TopicValues } from '../../../../app/shared/contract';
import { shownSettings } from '../../../../app/shared/settings';
import { checkSettingText } from '../../../../app/shared/settingText';
import { createSettingsStore } from '../../../../renderer/settings/settingsStore';
import { appSettings } from '../../../support/rendererDev/appSettings';
import { testServices } from '../../../support/rendererDev/services';

/** A page in front of an app that takes every change over, unless the handlers say otherwise. */
function settingsPage(handlers: Partial<CallHandlers> = {}, app: Partial<TopicValues> = {}) {
  let settings = appSettings();
  const take = (change: Partial<AppSettings>) => {
    settings = { ...settings, ...change };
    return settings;
  };
  const { services, calls } = testServices({
    'settings.parse': checkSettingText,
    'settings.change': take,
    'settings.changeForRun': take,
    'settings.endChangeForRun': (name) => take({ [name]: appSettings()[name] }),
    'loginItem.set': (enabled) => ({ supported: true, enabled }),
    ...handlers,
  });
  services.appStore.apply(app);
  const store = createSettingsStore(services, shownSettings());
  const shown = () => services.appStore.state().app?.settings;
  /** The calls that change something. */
  const changes = () => calls.filter(([name]) => name !== 'settings.parse');
  return { store, services, changes, shown };
}

describe('a change', () => {
  it('is sent at once, alone, and shown before the app’s next update', async () => {
    const { store, changes, shown } = settingsPage();
    store.edit('idleMinutes', '7.5');
    await store.commit('idleMinutes');
    expect(changes()).toEqual([['settings.change', { idleMinutes: 7.5 }]]);
    expect(shown()?.idleMinutes).toBe(7.5);
    expect(store.state()).toMatchObject({ drafts: {}, saving: {}, outcomes: { idleMinutes: 'saved' } });
  });

  it('that changes nothing is not sent', async () => {
    const { store, changes } = settingsPage();
    await store.commit('port', ' 22434 ');
    await store.commit('cliPath');
    expect([changes(), store.state().drafts, store.state().undoable]).toEqual([[], {}, []]);
  });

  it.each([
    ['host', ' '],
    ['port', '65536'],
    ['port', ''],
    ['maxProcesses', '2.5'],
    ['idleMinutes', 'five'],
    ['keepDays', '0'],
    ['modelAliases', 'gpt-4o'],
  ] as const)('of %s to "%s" is not sent; the text stays, and the field says what is valid', async (name, text) => {
    const { store, changes } = settingsPage();
    store.edit(name, text);
    await store.commit(name);
    expect(changes()).toEqual([]);
    expect(store.state().drafts[name]).toBe(text);
    expect(store.state().refusals[name]).toMatch(/^Enter .+\.$/);
  });

  it('that the app refuses stays in its field with the reason, until it is typed on', async () => {
    const refuse = () => {
      throw new Error('Port 80 needs an administrator.');
    };
    const { store } = settingsPage({ 'settings.change': refuse });
    await store.commit('port', '80');
    expect(store.state()).toMatchObject({
      drafts: { port: '80' },
      refusals: { port: 'Port 80 needs an administrator.' },
      outcomes: {},
      undoable: [],
    });
    store.edit('port', '8');
    expect(store.state().refusals).toEqual({});
    store.revert('port');
    expect(store.state().drafts).toEqual({});
  });

  it('of a switch that the app refuses moves the switch back', async () => {
    const refuse = () => {
      throw new Error('The disk is full.');
    };
    const { store } = settingsPage({ 'settings.change': refuse });
    await store.commit('usersAreIds', 'off');
    expect(store.state()).toMatchObject({ drafts: {}, refusals: { usersAreIds: 'The disk is full.' } });
  });

  it('that is made while the one before is being taken over is sent afterwards', async () => {
    const { store, changes, shown } = settingsPage();
    const first = store.commit('usersAreIds', 'off');
    await store.commit('usersAreIds', 'on');
    await first;
    expect(changes()).toEqual([
      ['settings.change', { usersAreIds: false }],
      ['settings.change', { usersAreIds: true }],
    ]);
    expect(shown()?.usersAreIds).toBe(true);
  });

  it('that is typed on while the app reads it is sent as it is when it is sent again', async () => {
    const { store, changes } = settingsPage();
    store.edit('port', '99999');
    const first = store.commit('port');
    store.edit('port', '8080');
    await first;
    expect([changes(), store.state().drafts.port, store.state().refusals]).toEqual([[], '8080', {}]);
    store.edit('port', '99999');
    const second = store.commit('port');
    store.edit('port', '8081');
    await Promise.all([second, store.commit('port')]);
    expect(changes()).toEqual([['settings.change', { port: 8081 }]]);
  });

  it('that the app cannot read stays in its field with the reason', async () => {
    const { store, changes } = settingsPage({
      'settings.parse': () => {
        throw new Error('The app is ending.');
      },
    });
    await store.commit('port', '80');
    expect(changes()).toEqual([]);
    expect(store.state()).toMatchObject({ drafts: { port: '80' }, refusals: { port: 'The app is ending.' } });
  });

  it('that was typed and not sent is sent when the page is left, one that was refused is not', async () => {
    const { store, changes } = settingsPage();
    store.edit('keepMegabytes', '2000');
    await store.commit('port', 'x');
    await store.commitAll();
    expect(changes()).toEqual([['settings.change', { keepMegabytes: 2000 }]]);
  });
});

describe('undo', () => {
  it('puts the former value of the last change back, then that of the one before', async () => {
    const { store, shown } = settingsPage();
    await store.commit('port', '8080');
    await store.commit('theme', 'dark');
    await store.setOpenAtLogin(true);
    await store.undo();
    await store.undo();
    expect(shown()).toMatchObject({ port: 8080, theme: 'system' });
    await store.undo();
    expect([shown()?.port, store.state().undoable]).toEqual([22434, []]);
    expect(store.state().outcomes).toEqual({ openAtLogin: 'undone', theme: 'undone', port: 'undone' });
  });

  it('follows the order of the user’s changes, though a switch is taken over before what was typed first', async () => {
    const { store, changes, shown } = settingsPage();
    const typed = store.commit('idleMinutes', '7');
    await Promise.all([store.commit('reuseProcesses', 'off'), typed]);
    expect(changes()[0]).toEqual(['settings.change', { reuseProcesses: false }]);
    await store.undo();
    expect(shown()).toMatchObject({ idleMinutes: 7, reuseProcesses: true });
  });

  it('of one setting leaves the others', async () => {
    const { store, shown } = settingsPage();
    await store.commit('port', '8080');
    await store.commit('theme', 'dark');
    await store.undo('port');
    expect(shown()).toMatchObject({ port: 22434, theme: 'dark' });
  });

  it('that the app refuses can be tried again', async () => {
    let refuses = false;
    const { store } = settingsPage({
      'settings.change': (change) => {
        if (refuses) throw new Error('The disk is full.');
        return appSettings(change);
      },
    });
    await store.commit('theme', 'dark');
    refuses = true;
    await store.undo();
    expect(store.state().undoable).toHaveLength(1);
    expect(store.state().refusals.theme).toBe('The disk is full.');
  });
});

describe('a change that deletes something', () => {
  it('is made once it is confirmed, and cannot be undone', async () => {
    const { store, changes } = settingsPage();
    await store.commit('keepTexts', 'off');
    expect([changes(), store.state().confirming?.warning.question]).toEqual([[], 'Delete the conversation history?']);
    await store.confirm();
    expect(changes()).toEqual([['settings.change', { keepTexts: false }]]);
    expect([store.state().confirming, store.state().undoable]).toEqual([null, []]);
  });

  it('is dropped where the user does not confirm it', async () => {
    const { store, changes } = settingsPage();
    await store.commit('keepDays', '7');
    store.cancel();
    expect([changes(), store.state().drafts, store.state().confirming]).toEqual([[], {}, null]);
  });

  it.each([
    ['keepDays', '60'],
    ['port', '80'],
  ] as const)('is not %s %s, which needs no answer', async (name, text) => {
    const { store, changes } = settingsPage();
    await store.commit(name, text);
    expect(changes()).toHaveLength(1);
  });
});

describe('a pinned setting', () => {
  it('is changed for this run, and goes back to what pins it', async () => {
    const { store, services, changes } = settingsPage({}, { pinned: { port: 'PORT' } });
    store.unlock('port');
    await store.commit('port', '8080');
    services.appStore.apply({ runSettings: { changed: ['port'], added: {} } });
    await store.lock('port');
    expect(changes()).toEqual([
      ['settings.changeForRun', { port: 8080 }],
      ['settings.endChangeForRun', 'port'],
    ]);
    expect(store.state().unlocked).toEqual({});
  });

  it('gets the value of what pins it by undo', async () => {
    const { store, changes } = settingsPage({}, { pinned: { port: 'PORT' } });
    await store.commit('port', '8080');
    await store.undo();
    expect(changes().at(-1)).toEqual(['settings.endChangeForRun', 'port']);
  });
});

it('a target opens its group and ends the search', () => {
  const { store } = settingsPage();
  store.search('port');
  store.openAt('keepTexts');
  expect(store.state()).toMatchObject({ group: 'privacy', words: '', target: { name: 'keepTexts' } });
  store.openAt('refused');
  expect(store.state().group).toBe('keys');
});
