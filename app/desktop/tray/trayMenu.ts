/** The tray's menu, rebuilt from the state after every change: Linux desktops do not notice changes to a single item. */
import type { MenuItemConstructorOptions } from 'electron';
import type { CliState, LoginItemState, ServerState, StorageState } from '../../shared/contract';
import { trayStatus } from './trayStatus';

export interface TrayState {
  server: ServerState;
  cli: CliState;
  storage: StorageState;
  loginItem: LoginItemState;
}

export interface TrayActions {
  startServer(): void;
  stopServer(): void;
  openWindow(): void;
  copyAddress(): void;
  setLoginItem(enabled: boolean): void;
  quit(): void;
}

export function trayMenu(
  { server, cli, storage, loginItem }: TrayState,
  actions: TrayActions,
): MenuItemConstructorOptions[] {
  const running = server.phase === 'running' || server.phase === 'stopping';
  const { text } = trayStatus(server, cli, storage);
  return [
    { label: literal(text), enabled: false },
    // What is wrong takes the first line, but clients still need the address.
    ...(server.phase === 'running' && !text.endsWith(server.url)
      ? [{ label: literal(`Running on ${server.url}`), enabled: false }]
      : []),
    ...(cli.payer ? [{ label: literal(`Paid by ${cli.payer.description}`), enabled: false }] : []),
    { type: 'separator' },
    running
      ? { label: 'Stop server', enabled: server.phase === 'running', click: actions.stopServer }
      : { label: 'Start server', enabled: server.phase !== 'starting', click: actions.startServer },
    { label: 'Open window', click: actions.openWindow },
    { label: 'Copy address', click: actions.copyAddress },
    { type: 'separator' },
    {
      label: 'Launch at login',
      type: 'checkbox',
      visible: loginItem.supported,
      checked: loginItem.enabled,
      // Electron has moved the tick by itself. A second click may come before the first has changed the state.
      click: ({ checked }) => actions.setLoginItem(checked),
    },
    { type: 'separator' },
    { label: 'Quit Claudacity', click: actions.quit },
  ];
}

/** In a menu, a single & underlines the letter after it. */
function literal(text: string): string {
  return text.replaceAll('&', '&&');
}
