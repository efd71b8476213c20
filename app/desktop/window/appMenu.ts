/** The application menu. Electron takes the standard accelerators of each system from its roles. */
import type { MenuItemConstructorOptions } from 'electron';

export interface AppMenuOptions {
  platform: NodeJS.Platform;
  /** Adds reload and the developer tools. */
  development: boolean;
  openDocs(): void;
  /** Makes the `claudacity` command known to terminals; undefined where the package has done that. */
  installCommand: (() => void) | undefined;
}

export function appMenu({
  platform,
  development,
  openDocs,
  installCommand,
}: AppMenuOptions): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const command: MenuItemConstructorOptions[] = installCommand
    ? [{ type: 'separator' }, { label: 'Install “claudacity” Command…', click: installCommand }]
    : [];
  const developer: MenuItemConstructorOptions[] = [
    { role: 'reload' },
    { role: 'toggleDevTools' },
    { type: 'separator' },
  ];
  return [
    mac ? { role: 'appMenu' } : { label: '&File', submenu: [{ role: 'close' }, { type: 'separator' }, QUIT] },
    { role: 'editMenu' },
    {
      label: mac ? 'View' : '&View',
      submenu: [
        ...(development ? developer : []),
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    ...(mac ? [{ role: 'windowMenu' } as const] : []),
    {
      role: 'help',
      label: mac ? 'Help' : '&Help',
      submenu: [{ label: 'API documentation', click: openDocs }, ...command],
    },
  ];
}

/** Electron's role has an accelerator on macOS and Linux only. */
const QUIT: MenuItemConstructorOptions = { role: 'quit', label: 'Quit Claudacity', accelerator: 'CommandOrControl+Q' };
