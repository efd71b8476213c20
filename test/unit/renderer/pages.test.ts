import { describe, expect, it } from 'vitest';
import { PAGES } from '../../../renderer/pages';
import { createNavigation } from '../../../renderer/state/navigation';
import { withData } from '../../../renderer/state/pageData';
import { testServices } from '../../support/rendererDev/services';
import { storedConversation } from '../../support/rendererDev/storedConversation';

describe('the list of pages', () => {
  it('gives each page an id and a shortcut of its own', () => {
    for (const key of ['id', 'shortcut'] as const) {
      const values = PAGES.map((page) => page[key]);
      expect(new Set(values).size).toBe(values.length);
    }
  });
});

describe('a page with data of the app', () => {
  it('is loaded again after a failure, and once it was loaded no more', async () => {
    let calls = 0;
    const { services } = testServices({
      'connect.guides': () => {
        calls++;
        if (calls === 1) throw new Error('The app is busy.');
        return [];
      },
    });
    const load = withData(
      async () => ({ default: () => null }),
      (call) => call('connect.guides'),
    );
    await expect(load(services.commands.call)).rejects.toThrow('The app is busy.');
    const first = await load(services.commands.call);
    expect([await load(services.commands.call), calls]).toEqual([first, 2]);
  });
});

describe('the navigation', () => {
  it('passes a target to the page that is opened, and to no later one', () => {
    const navigation = createNavigation('requests');
    navigation.open('settings', 'port');
    expect(navigation.state()).toMatchObject({ page: 'settings', target: 'port' });
    navigation.open('history');
    expect(navigation.state()).toMatchObject({ page: 'history', target: null });
  });

  it('notifies its listeners of a note only where the note has changed', () => {
    const navigation = createNavigation('requests');
    let notified = 0;
    navigation.subscribe(() => notified++);
    navigation.setNote('settings', '');
    navigation.setNote('settings', 'Unsaved changes');
    navigation.setNote('settings', 'Unsaved changes');
    expect([notified, navigation.state().notes]).toEqual([1, { settings: { text: 'Unsaved changes' } }]);
  });
});

describe('the commands', () => {
  it('apply the result of a call to what the window shows', async () => {
    const stopped = { phase: 'stopped', host: '127.0.0.1', port: 1, url: 'http://127.0.0.1:1' } as const;
    const { services } = testServices({ 'server.stop': () => stopped });
    expect(await services.commands.run('server.stop')).toBe(true);
    expect(services.appStore.state().app?.server).toEqual(stopped);
  });

  it('show a notice where a button’s call fails, and change nothing', async () => {
    const { services } = testServices({
      'conversations.list': () => [storedConversation({ id: 'a' })],
      'conversations.delete': () => {
        throw new Error('The disk is full.');
      },
    });
    await services.storedConversations.refresh();
    expect(await services.commands.run('conversations.delete', 'a')).toBe(false);
    expect(services.notices.state().message).toBe('The disk is full.');
    expect(services.storedConversations.byId('a')).toBeDefined();
    services.notices.dismiss();
  });

  it('drop the stored conversations once the history is turned off', async () => {
    const { services } = testServices({
      'conversations.list': () => [storedConversation({ id: 'a' })],
      'settings.change': () => {
        const settings = services.appStore.state().app?.settings;
        if (!settings) throw new Error('not connected');
        return { ...settings, keepTexts: false };
      },
    });
    await services.storedConversations.refresh();
    await services.commands.call('settings.change', { keepTexts: false });
    expect(services.storedConversations.state().rows).toEqual([]);
  });
});
