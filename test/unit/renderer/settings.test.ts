import { describe, expect, it } from 'vitest';
import {
  changedSettings,
  type SettingsDraft,
  settingsDraft,
  settingsFaults,
} from '../../../renderer/settings/settingsDraft';
import { appSettings } from '../../support/rendererDev/appSettings';

const login = { supported: true, enabled: false };
const settings = appSettings();
const draft = (change: Partial<SettingsDraft> = {}) => ({ ...settingsDraft(settings, login), ...change });

describe('the settings page', () => {
  it('sends nothing where nothing was changed', () => {
    expect(changedSettings(draft(), settings, login)).toEqual({ settings: {}, openAtLogin: null });
  });

  it('sends what was changed and no more', () => {
    const changed = draft({ port: '8080', cliPath: ' /opt/claude ', keepTexts: 'off', openAtLogin: true });
    expect(changedSettings(changed, settings, login)).toEqual({
      settings: { port: 8080, cliPath: '/opt/claude', keepTexts: false },
      openAtLogin: true,
    });
  });

  it('takes no number of processes for as many as the memory allows', () => {
    const limited = appSettings({ maxProcesses: 4 });
    const before = settingsDraft(limited, login);
    expect(changedSettings({ ...before, maxProcesses: ' ' }, limited, login).settings).toEqual({ maxProcesses: null });
    expect(changedSettings(draft({ maxProcesses: '4' }), settings, login).settings).toEqual({ maxProcesses: 4 });
  });

  it('finds no fault with what is set', () => {
    expect(settingsFaults(draft(), {})).toEqual({});
  });

  it.each([
    ['host', ' '],
    ['port', '65536'],
    ['port', ''],
    ['maxProcesses', '0'],
    ['maxProcesses', '2.5'],
    ['idleMinutes', '0'],
    ['idleMinutes', 'five'],
    ['idleMinutes', '1441'],
    ['keepDays', '1.5'],
    ['keepMegabytes', '0'],
  ] as const)('finds fault with a %s of "%s"', (name, value) => {
    expect(Object.keys(settingsFaults(draft({ [name]: value }), {}))).toEqual([name]);
  });

  it('says which values would do', () => {
    expect(settingsFaults(draft({ keepDays: '0' }), {}).keepDays).toBe('Enter a whole number from 1 to 3,650.');
  });

  it('finds no fault with what the environment sets', () => {
    expect(settingsFaults(draft({ port: '0' }), { port: 'PORT' })).toEqual({});
  });
});
