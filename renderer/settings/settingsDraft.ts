/** What the settings dialog holds while it is open, and what of it is new when it is saved. */
import type { AppSettings, LoginItemState } from '../../app/shared/contract';

export interface SettingsDraft {
  host: string;
  /** As typed. */
  port: string;
  cliPath: string;
  startServer: boolean;
  openAtLogin: boolean;
}

export function settingsDraft(settings: AppSettings, loginItem: LoginItemState): SettingsDraft {
  const { host, port, cliPath, startServer } = settings;
  return { host, port: String(port), cliPath, startServer, openAtLogin: loginItem.enabled };
}

export interface ChangedSettings {
  settings: Partial<AppSettings>;
  /** null where it stays as it is. */
  openAtLogin: boolean | null;
}

/** Only what differs is sent: a change of host or port restarts the server. */
export function changedSettings(draft: SettingsDraft, settings: AppSettings, login: LoginItemState): ChangedSettings {
  const changed: Partial<AppSettings> = {};
  const host = draft.host.trim();
  const port = Number(draft.port);
  const cliPath = draft.cliPath.trim();
  if (host !== settings.host) changed.host = host;
  if (port !== settings.port) changed.port = port;
  if (cliPath !== settings.cliPath) changed.cliPath = cliPath;
  if (draft.startServer !== settings.startServer) changed.startServer = draft.startServer;
  return { settings: changed, openAtLogin: draft.openAtLogin === login.enabled ? null : draft.openAtLogin };
}
