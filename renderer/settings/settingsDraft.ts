/** What the settings dialog holds while it is open, what of it will not do, and what of it is new when it is saved. */
import type { AppSettings, LoginItemState, PinnedSettings, Theme } from '../../app/shared/contract';

/** Numbers are as typed. */
export interface SettingsDraft {
  host: string;
  port: string;
  startServer: boolean;
  openAtLogin: boolean;
  cliPath: string;
  /** Empty: as many as the memory allows. */
  maxProcesses: string;
  idleMinutes: string;
  keepTexts: boolean;
  keepDays: string;
  keepMegabytes: string;
  usersAreIds: boolean;
  sendSampling: boolean;
  fetchImages: boolean;
  theme: Theme;
}

export function settingsDraft(settings: AppSettings, loginItem: LoginItemState): SettingsDraft {
  return {
    ...settings,
    port: String(settings.port),
    maxProcesses: settings.maxProcesses === null ? '' : String(settings.maxProcesses),
    idleMinutes: String(settings.idleMinutes),
    keepDays: String(settings.keepDays),
    keepMegabytes: String(settings.keepMegabytes),
    openAtLogin: loginItem.enabled,
  };
}

/** What is wrong, by field, in words that say what would do. */
export type SettingsFaults = Partial<Record<keyof SettingsDraft, string>>;

/** The bounds are those of app/settings/. What the environment sets is not the user's to mend. */
export function settingsFaults(draft: SettingsDraft, pinned: PinnedSettings): SettingsFaults {
  const faults: [keyof AppSettings, string | undefined][] = [
    ['host', draft.host.trim() === '' ? 'Enter an address or a host name.' : undefined],
    ['port', numberFault(draft.port, 1, 65_535)],
    ['maxProcesses', draft.maxProcesses.trim() === '' ? undefined : numberFault(draft.maxProcesses, 1, 256)],
    ['idleMinutes', minutesFault(draft.idleMinutes)],
    ['keepDays', numberFault(draft.keepDays, 1, 3_650)],
    ['keepMegabytes', numberFault(draft.keepMegabytes, 1, 1_000_000)],
  ];
  return Object.fromEntries(faults.filter(([name, fault]) => fault && !pinned[name]));
}

function numberFault(text: string, least: number, most: number): string | undefined {
  const number = numberOf(text);
  if (Number.isInteger(number) && number >= least && number <= most) return undefined;
  return `Enter a whole number from ${least} to ${most.toLocaleString('en-US')}.`;
}

function minutesFault(text: string): string | undefined {
  const minutes = numberOf(text);
  return minutes > 0 && minutes <= 1_440 ? undefined : 'Enter a number above 0, and at most 1,440: a day.';
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

export interface ChangedSettings {
  settings: Partial<AppSettings>;
  /** null where it stays as it is. */
  openAtLogin: boolean | null;
}

/** Only what differs is sent: a change of host or port restarts the server. */
export function changedSettings(draft: SettingsDraft, settings: AppSettings, login: LoginItemState): ChangedSettings {
  const { openAtLogin, ...rest } = draft;
  const wanted: AppSettings = {
    ...rest,
    host: draft.host.trim(),
    port: Number(draft.port),
    cliPath: draft.cliPath.trim(),
    maxProcesses: draft.maxProcesses.trim() === '' ? null : Number(draft.maxProcesses),
    idleMinutes: Number(draft.idleMinutes),
    keepDays: Number(draft.keepDays),
    keepMegabytes: Number(draft.keepMegabytes),
  };
  const changed = Object.entries(wanted).filter(([name, value]) => value !== settings[name as keyof AppSettings]);
  return {
    settings: Object.fromEntries(changed),
    openAtLogin: openAtLogin === login.enabled ? null : openAtLogin,
  };
}
