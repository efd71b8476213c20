/** The app's state in one glance: the tray's icon, and a line of text for its tooltip and the top of its menu. */

import { appStatus, type StatusLevel } from '../../shared/appStatus';
import type { CliState, ServerState, StorageState } from '../../shared/contract';

export type TrayIcon = 'running' | 'stopped' | 'error';

export interface TrayStatus {
  icon: TrayIcon;
  text: string;
}

export function trayStatus(server: ServerState, cli: CliState, storage: StorageState): TrayStatus {
  const { level, text } = appStatus({ server, cli, storage });
  return { icon: ICONS[level], text };
}

const ICONS: Record<StatusLevel, TrayIcon> = {
  ready: 'running',
  limited: 'running',
  changing: 'stopped',
  stopped: 'stopped',
  blocked: 'error',
};
