/** The icon in the system's tray: shows what the app is doing, and offers the commands that need no window. */
import path from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import { ICON_DIR } from '../assets';
import { type TrayActions, type TrayState, trayMenu } from './trayMenu';
import { type TrayIcon, trayStatus } from './trayStatus';

export interface AppTray {
  /** Leaves a menu that would not change as it is: a new one closes or outdates the one that the user has open. */
  update(state: TrayState): void;
  /** Replaces the menu in any case, and so takes back the tick that a click has set by itself. */
  redraw(state: TrayState): void;
  close(): void;
}

export function createTray(state: TrayState, actions: TrayActions): AppTray {
  let icon = trayStatus(state.server, state.cli, state.storage).icon;
  const tray = new Tray(iconImage(icon));
  // On macOS a click opens the menu; a listener would take that away.
  if (process.platform !== 'darwin') tray.on('click', actions.openWindow);
  let shown = '';
  const contentsOf = (next: TrayState) => ({
    status: trayStatus(next.server, next.cli, next.storage),
    menu: trayMenu(next, actions),
  });
  const redraw = (next: TrayState) => {
    const { status, menu } = contentsOf(next);
    shown = JSON.stringify({ status, menu });
    if (status.icon !== icon) tray.setImage(iconImage(status.icon));
    icon = status.icon;
    tray.setToolTip(`Claudacity: ${status.text}`);
    tray.setContextMenu(Menu.buildFromTemplate(menu));
  };
  const update = (next: TrayState) => {
    if (JSON.stringify(contentsOf(next)) !== shown) redraw(next);
  };
  redraw(state);
  return { update, redraw, close: () => tray.destroy() };
}

/** Electron finds the @2x file beside each .png by itself. */
function iconImage(icon: TrayIcon) {
  const ending = { darwin: 'Template.png', win32: '.ico' }[process.platform as string] ?? '.png';
  return nativeImage.createFromPath(path.join(ICON_DIR, icon + ending));
}
