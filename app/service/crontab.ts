/** `serve` from the user's crontab, for a Linux without systemd: cron starts it with the computer, and nothing restarts it. */
import type { EntryReading, ServiceEntry } from './entry';
import { runProgram } from './runProgram';
import { type LaunchCommand, ServiceError } from './serviceTypes';

export interface CrontabOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly command: LaunchCommand;
  readonly environment: Readonly<Record<string, string>>;
}

export interface CrontabEntry extends ServiceEntry {
  isAvailable(): Promise<boolean>;
}

/** At the end of our line: everything else in the table belongs to the user. */
const MARK = '# claudacity install';

export function crontabEntry({ env, command, environment }: CrontabOptions): CrontabEntry {
  const list = () => runProgram('crontab', ['-l'], { env });
  /** A user without a table gets exit code 1, like every fault. */
  const lines = async () => {
    const { code, stdout } = await list();
    return code === 0 ? stdout.replace(/\n$/, '').split('\n') : [];
  };
  const write = async (next: readonly string[]) => {
    const args = next.length === 0 ? ['-r'] : ['-'];
    const input = next.map((line) => `${line}\n`).join('');
    const { code, stderr } = await runProgram('crontab', args, { env, input });
    if (code !== 0) throw new ServiceError('command_failed', `The crontab cannot be written: ${stderr.trim()}`);
  };
  return {
    kind: 'crontab',
    holder: 'cron',
    isAvailable: async () => !(await list()).isMissing,
    read: async (): Promise<EntryReading> => {
      const line = (await lines()).find(isOurs);
      const state = { entry: 'crontab', problems: [], pid: null };
      if (line === undefined) return { ...state, installed: false, enabled: false, command: null };
      return { ...state, installed: true, enabled: !line.startsWith('#'), command: readCronLine(line) };
    },
    write: async () => {
      if ((await list()).isMissing) throw new ServiceError('no_manager', NO_MANAGER);
      const before = await lines();
      const after = [...before.filter((line) => !isOurs(line)), cronLine(command, environment)];
      const isSame = before.length === after.length && before.every((line) => after.includes(line));
      if (!isSame) await write(after);
      const advice = ['cron starts it with the computer, and does not start it again where it fails.'];
      return { written: isSame ? [] : ['crontab'], advice };
    },
    remove: async () => {
      const before = await lines();
      const after = before.filter((line) => !isOurs(line));
      if (after.length === before.length) return [];
      await write(after);
      return ['crontab'];
    },
  };
}

const NO_MANAGER =
  'Nothing here can start a program with the computer: there is neither systemd nor cron. Install cron, or run `claudacity serve` from the init system.';

/** @throws ServiceError for a path with a line break */
export function cronLine({ program, args }: LaunchCommand, environment: Readonly<Record<string, string>>): string {
  const words = [program, ...args];
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${shellWord(value)}`);
  return `@reboot ${[...variables, ...words.map(shellWord)].join(' ')} >/dev/null 2>&1 ${MARK}`;
}

/** Null for a line that was not written by `cronLine`. */
export function readCronLine(line: string): LaunchCommand | null {
  const command = /^#?\s*@reboot (.*) >\/dev\/null 2>&1 # claudacity install$/.exec(line)?.[1];
  const words = [...(command ?? '').matchAll(/(?:^| )(\w+=)?((?:'[^']*'|"[^"]*"|\\')+)/g)].flatMap(
    ([, variable, word = '']) => (variable === undefined ? [readShellWord(word)] : []),
  );
  const [program, ...args] = words;
  return program ? { program, args } : null;
}

function isOurs(line: string): boolean {
  return line.endsWith(MARK);
}

/**
 * In single quotes, apart from the quote itself and `%`, by which cron ends the command. Vixie's cron takes `\%` for it and busybox does not, so
 * the shell makes it.
 */
function shellWord(word: string): string {
  if (/[\n\r\0]/.test(word)) {
    throw new ServiceError('command_failed', 'A path with a line break cannot be started by cron. Move the program.');
  }
  const parts = word.split(/([%'])/).filter((part) => part !== '');
  const quoted = parts.map((part) => (part === '%' ? PERCENT : part === "'" ? String.raw`\'` : `'${part}'`));
  return quoted.join('') || "''";
}

/** Octal 045 is `%`. */
const PERCENT = String.raw`"$(printf '\045')"`;

function readShellWord(word: string): string {
  return word
    .replaceAll(PERCENT, "'%'")
    .replace(/'([^']*)'|\\'/g, (all, inner: string | undefined) => (all === "\\'" ? "'" : (inner ?? '')));
}
