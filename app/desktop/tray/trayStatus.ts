/** The app's state in one glance: the tray's icon, and a line of text for its tooltip and the top of its menu. */
import { appStatus, canAnswer, type StatusLevel } from '../../shared/appStatus';
import type { CliState, ServerState, StorageState } from '../../shared/contract';

/** `attention`: no request can be answered before the user has done something, or the plan's limit is reset. */
export type TrayIcon = 'ok' | 'working' | 'attention' | 'stopped';

export interface TrayStatus {
  icon: TrayIcon;
  text: string;
}

/** @param answering how many conversations are answered now. */
export function trayStatus(server: ServerState, cli: CliState, storage: StorageState, answering = 0): TrayStatus {
  const status = appStatus({ server, cli, storage });
  const works = answering > 0 && canAnswer(status);
  return { icon: works ? 'working' : ICONS[status.level], text: status.text };
}

const ICONS: Record<StatusLevel, TrayIcon> = {
  ready: 'ok',
  limited: 'ok',
  changing: 'stopped',
  stopped: 'stopped',
  blocked: 'attention',
};
