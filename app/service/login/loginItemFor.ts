/** Chooses the system's way to start the app at login. */
import { existsSync } from 'node:fs';
import type { LaunchCommand } from '../serviceTypes';
import { isSameCommand } from './launchCommand';
import { type LoginItem, type LoginItemEntry, NO_LOGIN_ITEM } from './loginItem';
import { macLoginItem, type SystemLoginItems } from './macLoginItem';
import { windowsRun } from './windowsRun';
import { xdgAutostart } from './xdgAutostart';

export interface LoginItemOptions {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  home: string;
  command: LaunchCommand;
  /** macOS: Electron's login items, in a packaged app. */
  system?: SystemLoginItems | undefined;
}

export function loginItemFor({ platform, env, home, command, system }: LoginItemOptions): LoginItem {
  if (env.SNAP || env.FLATPAK_ID) return UNSUPPORTED;
  if (platform === 'linux') return mendable(xdgAutostart({ env, home, command }), command);
  if (platform === 'win32') return mendable(windowsRun(env, command), command);
  if (platform === 'darwin') return mendable(macLoginItem({ env, home, command, system }), command);
  return UNSUPPORTED;
}

function mendable(item: LoginItemEntry, own: LaunchCommand): LoginItem {
  return {
    ...item,
    supported: true,
    mend: async () => {
      const { enabled, command } = await item.read();
      if (!enabled || command === null || isSameCommand(command, own) || existsSync(command.program)) return false;
      await item.enable();
      return true;
    },
  };
}

const UNSUPPORTED: LoginItem = {
  supported: false,
  read: async () => NO_LOGIN_ITEM,
  enable: async () => {
    throw new Error('This system does not let the app start itself at login.');
  },
  disable: async () => undefined,
  mend: async () => false,
};
