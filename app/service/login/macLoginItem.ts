/**
 * The login item of macOS. The system accepts an app itself only if it is signed; other builds get a launch agent. Never both: the app would be
 * started twice.
 */
import { agentText, launchAgent } from '../launchAgent';
import type { LaunchCommand } from '../serviceTypes';
import { HIDDEN } from './launchCommand';
import type { LoginItemEntry } from './loginItem';

/** Electron's login items of macOS; a command that runs without Electron has none. */
export interface SystemLoginItems {
  /** Registers or removes the app itself. */
  set(enabled: boolean): void;
  /** `requires-approval`: registered, and switched off by the user. */
  status(): 'enabled' | 'requires-approval' | 'none';
}

export interface MacLoginItemOptions {
  env: NodeJS.ProcessEnv;
  home: string;
  command: LaunchCommand;
  /** Undefined where the system's own login items cannot be used. */
  system: SystemLoginItems | undefined;
}

/** The name by which versions before 0.2 know it, too. */
export const TRAY_AGENT_LABEL = 'Claudacity';

export function macLoginItem({ env, home, command, system }: MacLoginItemOptions): LoginItemEntry {
  const agent = launchAgent({ label: TRAY_AGENT_LABEL, env, home });
  const text = agentText({
    label: TRAY_AGENT_LABEL,
    command: { program: command.program, args: [...command.args, HIDDEN] },
    keepsAlive: false,
  });
  return {
    read: async () => {
      const status = system?.status() ?? 'none';
      if (status !== 'none') {
        const needsApproval = status === 'requires-approval';
        return { installed: true, enabled: !needsApproval, needsApproval, entry: null, command };
      }
      const { file, installed, enabled, command: own } = await agent.read();
      const started = own && { ...own, args: own.args.filter((argument) => argument !== HIDDEN) };
      return { installed, enabled, needsApproval: false, entry: file, command: started };
    },
    enable: async () => {
      system?.set(true);
      // Also where the user has to allow it first: an agent beside it would start the app in spite of them.
      if (system && system.status() !== 'none') await agent.remove();
      else await agent.write(text);
    },
    disable: async () => {
      system?.set(false);
      await agent.remove();
    },
  };
}
