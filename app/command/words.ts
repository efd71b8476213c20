/**
 * The words that make an argument list one of the `claudacity` command. The packaged app looks for them before it makes a window (main.ts), so this
 * file must load fast.
 */

export const COMMAND_WORDS = [
  ...['serve', 'start', 'stop', 'restart', 'status', 'open', 'install', 'uninstall', 'logs', 'requests', 'keys'],
  ...['networks', 'accounts', 'models', 'config', 'test', 'connect', 'doctor', 'update', 'completion', 'help'],
] as const;
export type CommandWord = (typeof COMMAND_WORDS)[number];

/** The options of the original Python program, for scripts that know them. */
const ALIASES: Readonly<Record<string, CommandWord>> = {
  '--install': 'install',
  '--start': 'start',
  '--stop': 'stop',
  '--restart': 'restart',
  '--status': 'status',
  '--uninstall': 'uninstall',
};

const OPTIONS = ['--version', '-V', '--help', '-h'];

/** The same arguments with an alias replaced by its command. */
export function withoutAliases(args: readonly string[]): string[] {
  const [first = '', ...rest] = args;
  const word = Object.hasOwn(ALIASES, first) ? ALIASES[first] : undefined;
  return word === undefined ? [...args] : [word, ...rest];
}

/**
 * The arguments of the command, if these are some; undefined where they are those of the window app, such as `--hidden` and a port.
 * @param args without the program. Chromium's switches, which start with two hyphens, may come first.
 */
export function commandArguments(args: readonly string[]): string[] | undefined {
  const words: readonly string[] = COMMAND_WORDS;
  const isCommand = (argument: string) =>
    words.includes(argument) || Object.hasOwn(ALIASES, argument) || OPTIONS.includes(argument);
  const index = args.findIndex((argument) => isCommand(argument) || !argument.startsWith('-'));
  const first = args[index];
  return first !== undefined && isCommand(first) ? args.slice(index) : undefined;
}
