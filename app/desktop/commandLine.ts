/** The words the app was started with, apart from those that are for Chromium. */

export interface CommandLine {
  /** The first word that is a number, as typed; whether it can be a port is for the settings to say. */
  port: string | undefined;
  /** Start in the tray without a window, as at login. */
  hidden: boolean;
}

export function parseCommandLine(argv: readonly string[]): CommandLine {
  const words = argv.slice(1);
  return { port: words.find((word) => /^\d+$/.test(word)), hidden: words.includes(HIDDEN) };
}

/** The argument that login items pass. */
export const HIDDEN = '--hidden';
