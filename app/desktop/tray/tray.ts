/** The icon in the system's tray: what the app is doing, and everything that can be told to it without a window. */
import path from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import { ICON_DIR } from '../assets';
import { type TrayActions, type TrayState, trayMenu } from './trayMenu';
import { type TrayIcon, trayStatus } from './trayStatus';

export interface AppTray {
  /** A menu that says the same is left as it is: a new one closes or outdates the one that the user has open. */
  show(state: TrayState): void;
  /** Takes back the tick that a click has set by itself. */
  showAnew(state: TrayState): void;
  close(): void;
}

export function createTray(state: TrayState, actions: TrayActions): AppTray {
  let icon = trayStatus(state.server, state.cli).icon;
  const tray = new Tray(iconImage(icon));
  // On macOS a click opens the menu; a listener would take that away.
  if (process.platform !== 'darwin') tray.on('click', actions.openWindow);
  let shown = '';
  const draw = (next: TrayState) => ({
    status: trayStatus(next.server, next.cli),
    menu: trayMenu(next, actions),
  });
  const showAnew = (next: TrayState) => {
    const { status, menu } = draw(next);
    shown = JSON.stringify({ status, menu });
    if (status.icon !== icon) tray.setImage(iconImage(status.icon));
    icon = status.icon;
    tray.setToolTip(`Claudacity: ${status.text}`);
    tray.setContextMenu(Menu.buildFromTemplate(menu));
  };
  const show = (next: TrayState) => {
    if (JSON.stringify(draw(next)) !== shown) showAnew(next);
  };
  showAnew(state);
  return { show, showAnew, close: () => tray.destroy() };
}

/** Electron finds the @2x file beside each .png by itself. */
function iconImage(icon: TrayIcon) {
  const ending = { darwin: 'Template.png', win32: '.ico' }[process.platform as string] ?? '.png';
  return nativeImage.createFromPath(path.join(ICON_DIR, icon + ending));
}
