/** The icon in the system's tray: shows what the app is doing, and offers the commands that need no window. */
import path from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import type { AppSettings } from '../../shared/contract';
import { ICON_DIR } from '../assets';
import { type TrayActions, type TrayState, trayMenu } from './trayMenu';
import { type TrayIcon, trayStatus } from './trayStatus';
import { trayTitle } from './trayTitle';

export interface AppTray {
  /**
   * Leaves a menu that would not change as it is. Linux desktops redraw an open menu in place; macOS and Windows would close it, so there
   * it is replaced once the user has closed it.
   */
  update(state: ShownTrayState): void;
  /** Replaces the menu in any case, and so takes back the tick that a click has set by itself. */
  redraw(state: ShownTrayState): void;
  close(): void;
}

export interface ShownTrayState extends TrayState {
  /** The setting of that name. Only macOS shows a title. */
  trayTitle: AppSettings['trayTitle'];
}

/** @param onLook called when the user may look at the menu next, as far as the system tells */
export function createTray(state: ShownTrayState, actions: TrayActions, onLook: () => void): AppTray {
  const statusOf = ({ server, cli, storage, answering }: TrayState) => trayStatus(server, cli, storage, answering);
  let { icon } = statusOf(state);
  const tray = new Tray(iconImage(icon));
  // On macOS a click opens the menu; a listener would take that away.
  if (process.platform !== 'darwin') tray.on('click', actions.openWindow);
  // An open menu does not change on macOS and Windows, so what it shows is read before.
  tray.on('mouse-enter', onLook);
  const titleOf = (next: ShownTrayState) => (process.platform === 'darwin' ? trayTitle(next.trayTitle, next) : '');
  let title = '';
  let shown = '';
  let isOpen = false;
  let latest = state;

  const redraw = (next: ShownTrayState) => {
    latest = next;
    const menu = trayMenu(next, actions);
    shown = JSON.stringify(menu);
    const built = Menu.buildFromTemplate(menu);
    built.on('menu-will-show', () => {
      isOpen = true;
      onLook();
    });
    built.on('menu-will-close', () => {
      isOpen = false;
      // The click of the item that has closed the menu comes first.
      setImmediate(() => update(latest));
    });
    isOpen = false;
    tray.setContextMenu(built);
    showStatus(next);
  };
  const showStatus = (next: ShownTrayState) => {
    const status = statusOf(next);
    if (status.icon !== icon) tray.setImage(iconImage(status.icon));
    icon = status.icon;
    tray.setToolTip(`Claudacity: ${status.text}`);
    const nextTitle = titleOf(next);
    if (nextTitle !== title) tray.setTitle(nextTitle, { fontType: 'monospacedDigit' });
    title = nextTitle;
  };
  const update = (next: ShownTrayState) => {
    latest = next;
    if (tray.isDestroyed()) return;
    const mustWait = isOpen && process.platform !== 'linux';
    if (!mustWait && JSON.stringify(trayMenu(next, actions)) !== shown) redraw(next);
    else if (statusOf(next).icon !== icon || titleOf(next) !== title) showStatus(next);
  };
  redraw(state);
  return { update, redraw, close: () => tray.destroy() };
}

/** Electron finds the @2x file beside each .png by itself. */
function iconImage(icon: TrayIcon) {
  const ending = { darwin: 'Template.png', win32: '.ico' }[process.platform as string] ?? '.png';
  return nativeImage.createFromPath(path.join(ICON_DIR, icon + ending));
}
