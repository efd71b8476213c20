import { describe, expect, it } from 'vitest';
import type { CallHandlers } from '../../../app/shared/contract';
import { changedSettings, settingsDraft, settingWarning } from '../../../renderer/settings/settingsDraft';
import { createSettingsStore } from '../../../renderer/settings/settingsStore';
import { appSettings } from '../../support/rendererDev/appSettings';
import { testServices } from '../../support/rendererDev/services';

const LOGIN_ITEM = { supported: true, enabled: false };

function settingsPage(handlers: Partial<CallHandlers> = {}) {
  const { services, calls } = testServices({
    'settings.change': (change) => appSettings(change),
    'loginItem.set': (enabled) => ({ supported: true, enabled }),
    ...handlers,
  });
  const store = createSettingsStore(services, 'settings');
  const save = () => {
    const draft = { ...settingsDraft(appSettings(), LOGIN_ITEM), ...store.state().edits };
    return store.save(changedSettings(draft, appSettings(), LOGIN_ITEM));
  };
  return { store, services, calls, save, note: () => services.navigation.state().notes.settings?.text ?? '' };
}

describe('the store of the settings page', () => {
  it('holds edits until they are discarded, and marks the page in the rail meanwhile', () => {
    const { store, note } = settingsPage();
    store.edit({ port: '8080' });
    store.edit({ openAtLogin: true });
    expect([store.state().edits, note()]).toEqual([{ port: '8080', openAtLogin: true }, 'Unsaved changes']);
    store.discard();
    expect([store.state().edits, note()]).toEqual([{}, '']);
  });

  it('forgets an edit that is undone by hand', () => {
    const { store, note } = settingsPage();
    store.edit({ port: '8080' });
    store.edit({ port: '22434' });
    expect([store.state().edits, note()]).toEqual([{}, '']);
  });

  it('sends only what has changed, and shows the new settings at once', async () => {
    const { store, services, calls, save, note } = settingsPage();
    store.edit({ idleMinutes: '7.5', openAtLogin: true });
    await save();
    expect(calls).toEqual([
      ['settings.change', { idleMinutes: 7.5 }],
      ['loginItem.set', true],
    ]);
    expect(services.appStore.state().app?.settings.idleMinutes).toBe(7.5);
    expect([store.state().edits, store.state().phase, note()]).toEqual([{}, 'saved', '']);
  });

  it('keeps the edits, with the reason, where the app refuses them', async () => {
    const refuse = () => {
      throw new Error('Port 80 needs an administrator.');
    };
    const { store, save } = settingsPage({ 'settings.change': refuse });
    store.edit({ port: '80' });
    await save();
    expect(store.state()).toMatchObject({
      edits: { port: '80' },
      phase: 'editing',
      refusal: 'Port 80 needs an administrator.',
    });
  });

  it('keeps an edit that is made while the app is saving', async () => {
    const { store, save } = settingsPage();
    store.edit({ port: '8080' });
    const saved = save();
    store.edit({ keepDays: '7' });
    await saved;
    expect(store.state()).toMatchObject({ edits: { keepDays: '7' }, phase: 'editing' });
  });
});

describe('the warning beside a setting', () => {
  const warning = (change: Parameters<typeof appSettings>[0]) =>
    settingWarning('keepDays', { settings: change ?? {}, openAtLogin: null }, appSettings());

  it('is shown where the change deletes something', () => {
    expect(warning({ keepDays: 7 })).toBe('Saving this deletes older conversations at once.');
  });

  it('is not shown for other changes', () => {
    expect([warning({ keepDays: 60 }), warning({ port: 1 }), warning({})]).toEqual([undefined, undefined, undefined]);
  });
});
