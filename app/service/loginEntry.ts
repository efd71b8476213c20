/** The tray app as a login item, as one of the ways in which the app is started. */
import type { ServiceEntry } from './entry';
import { isSameCommand } from './login/launchCommand';
import type { LoginItem } from './login/loginItem';
import { type LaunchCommand, ServiceError, type ServiceProblem } from './serviceTypes';

/** @param command undefined where there is no tray app: an entry can then be read and removed, but not written */
export function loginEntry(
  item: LoginItem,
  kind: 'desktop-login' | 'run-entry',
  command: LaunchCommand | undefined,
): ServiceEntry {
  return {
    kind,
    holder: 'desktop-session',
    read: async () => {
      const { installed, enabled, needsApproval, entry, command } = await item.read();
      const problems: ServiceProblem[] = needsApproval ? [NEEDS_APPROVAL] : [];
      return { installed, enabled, entry, command, problems, pid: null };
    },
    write: async () => {
      if (command === undefined) {
        throw new ServiceError(
          'no_desktop_app',
          'The app with the tray is not installed here. Run `claudacity install --headless` for the server alone.',
        );
      }
      const before = await item.read();
      const isRight = before.enabled && before.command !== null && isSameCommand(before.command, command);
      if (!isRight) await item.enable();
      return { written: isRight ? [] : [before.entry ?? 'login item'], advice: [] };
    },
    remove: async () => {
      const { installed, entry } = await item.read();
      if (installed) await item.disable();
      return installed ? [entry ?? 'login item'] : [];
    },
  };
}

const NEEDS_APPROVAL: ServiceProblem = {
  code: 'requires_approval',
  message: 'macOS does not start Claudacity at login before you allow it.',
  remedy: 'Switch it on in System Settings › General › Login Items.',
};
