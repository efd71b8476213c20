/** The arguments of the desktop app, apart from those for Chromium. */
import { HIDDEN } from '../service/login/launchCommand';

export interface CommandLine {
  /** The first argument that is a number, as typed; the settings check whether it is a valid port. */
  port: string | undefined;
  /** Start in the tray without a window, as at login. */
  hidden: boolean;
}

export function parseCommandLine(argv: readonly string[]): CommandLine {
  const args = argv.slice(1);
  return { port: args.find((argument) => /^\d+$/.test(argument)), hidden: args.includes(HIDDEN) };
}
