/** Chooses the system's way to start the app at login. */
import { autoLaunchItem } from './autoLaunchItem';
import type { LaunchCommand } from './launchCommand';
import type { LoginItem } from './loginItem';
import { xdgAutostart } from './xdgAutostart';

/** Electron's login items. It supports none on Linux. */
export interface SystemLoginItems {
  /** macOS: registers or removes the app itself. Takes effect only if the app is signed. */
  set(enabled: boolean): void;
  isSet(): boolean;
  /** Windows: false if the user has switched the entry off in the Task Manager. */
  isAllowed(): boolean;
}

export interface LoginItemOptions {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  home: string;
  command: LaunchCommand;
  packaged: boolean;
  system: SystemLoginItems;
}

export function loginItemFor({ platform, env, home, command, packaged, system }: LoginItemOptions): LoginItem {
  if (env.SNAP || env.FLATPAK_ID) return UNSUPPORTED;
  if (platform === 'linux') return xdgAutostart({ env, home, command });
  if (platform !== 'win32' && platform !== 'darwin') return UNSUPPORTED;
  const entry = autoLaunchItem(platform, command);
  if (platform === 'win32') return { ...entry, isEnabled: async () => (await entry.isEnabled()) && system.isAllowed() };
  return packaged ? systemFirst(system, entry) : entry;
}

const UNSUPPORTED: LoginItem = {
  supported: false,
  isEnabled: async () => false,
  enable: async () => {
    throw new Error('This system does not let the app start itself at login.');
  },
  disable: async () => undefined,
};

/** macOS accepts an app as a login item only if it is signed; other builds use a launch agent. */
function systemFirst(system: SystemLoginItems, agent: LoginItem): LoginItem {
  return {
    supported: true,
    isEnabled: async () => system.isSet() || (await agent.isEnabled()),
    async enable() {
      system.set(true);
      if (!system.isSet()) await agent.enable();
    },
    async disable() {
      system.set(false);
      await agent.disable();
    },
  };
}
