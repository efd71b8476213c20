/**
 * Starting at login, whatever the system calls it. Each system's way is one implementation of the same port,
 * so that the tray and the window need to know only whether it is there and whether it is on.
 */
import { autoLaunchItem } from './autoLaunchItem';
import type { LaunchCommand } from './launchCommand';
import { xdgAutostart } from './xdgAutostart';

export interface LoginItem {
  /** False where a program may not set this itself (snap, flatpak, systems we do not know). */
  readonly supported: boolean;
  /** True only if the system will really start the app: an entry that the user has switched off elsewhere is not enabled. */
  isEnabled(): Promise<boolean>;
  enable(): Promise<void>;
  disable(): Promise<void>;
}

/** What Electron knows of login items; it has none on Linux. */
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

export function loginItem({ platform, env, home, command, packaged, system }: LoginItemOptions): LoginItem {
  if (env.SNAP || env.FLATPAK_ID) return UNSUPPORTED;
  if (platform === 'linux') return xdgAutostart({ env, home, command });
  const entry = autoLaunchItem(platform, command);
  if (platform === 'win32') return { ...entry, isEnabled: async () => (await entry.isEnabled()) && system.isAllowed() };
  if (platform === 'darwin') return packaged ? systemFirst(system, entry) : entry;
  return UNSUPPORTED;
}

const UNSUPPORTED: LoginItem = {
  supported: false,
  isEnabled: async () => false,
  enable: async () => {
    throw new Error('This system does not let the app start itself at login.');
  },
  disable: async () => undefined,
};

/** macOS lists the app itself under its login items only if it is signed; for any other build a launch agent does. */
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
