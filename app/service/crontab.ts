/** `serve` from the user's crontab, for a Linux without systemd: cron starts it with the computer, and nothing restarts it. */
import { readFile } from 'node:fs/promises';
import type { EntryReading, ServiceEntry } from './entry';
import { CRON_NAME } from './holder';
import { processIds } from './processes';
import { runProgram } from './runProgram';
import { type LaunchCommand, ServiceError, type ServiceProblem } from './serviceTypes';

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
  const list = () => runProgram('crontab', ['-l'], { env, ...WHOLE_TABLE });
  /** @throws ServiceError where there may be lines that are not known, which writing the table would delete */
  const lines = async () => {
    const { code, stdout, stderr, isMissing } = await list();
    if (code === 0) return stdout === '' ? [] : stdout.replace(/\n$/, '').split('\n');
    // Exit code 1 is that of a user without a table, and of every fault.
    if (isMissing || NONE.test(stderr)) return [];
    throw new ServiceError('command_failed', `The crontab cannot be read: ${stderr.trim()}`);
  };
  const write = async (next: readonly string[]) => {
    const args = next.length === 0 ? ['-r'] : ['-'];
    const input = next.map((line) => `${line}\n`).join('');
    const { code, stderr } = await runProgram('crontab', args, { env, input, ...WHOLE_TABLE });
    if (code !== 0) throw new ServiceError('command_failed', `The crontab cannot be written: ${stderr.trim()}`);
  };
  return {
    kind: 'crontab',
    holder: 'cron',
    isAvailable: async () => !(await list()).isMissing,
    read: async (): Promise<EntryReading> => {
      const line = (await lines()).find(isOurs);
      if (line === undefined)
        return { entry: 'crontab', problems: [], pid: null, installed: false, enabled: false, command: null };
      const started = readCronLine(Buffer.from(line, 'latin1').toString());
      return {
        ...{ entry: 'crontab', pid: null, command: started.command },
        ...{ dataDir: started.environment.CLAUDACITY_HOME ?? null },
        ...{ installed: true, enabled: !line.startsWith('#'), problems: (await isCronRunning()) ? [] : [NO_DAEMON] },
      };
    },
    write: async () => {
      if ((await list()).isMissing) throw new ServiceError('no_manager', NO_MANAGER);
      const before = await lines();
      const own = Buffer.from(fittingLine(command, environment)).toString('latin1');
      const after = [...before.filter((line) => !isOurs(line)), own];
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

/** A table of any size, with whatever bytes its owner has put there: it is written again as it was. */
const WHOLE_TABLE = { encoding: 'latin1', maxOutputChars: 16 * 1024 * 1024 } as const;
/** Of Vixie's cron and cronie, of fcron, and of busybox; and of a user who may not have a table, which is said again where one is written. */
const NONE = /no f?crontab|No such file|not allowed/i;

const NO_DAEMON: ServiceProblem = {
  code: 'no_manager',
  message: 'cron does not run, so nothing starts it with the computer.',
  remedy: 'Start cron, and have it start with the computer.',
};

/** True where it cannot be told, because the kernel hides the processes of other users. */
async function isCronRunning(): Promise<boolean> {
  const nameOf = (pid: string) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  if ((await nameOf('1')) === '') return true;
  const pids = await processIds();
  return (await Promise.all(pids.map(nameOf))).some((name) => CRON_NAME.test(name.trim()));
}

const NO_MANAGER =
  'Nothing here can start a program with the computer: there is neither systemd nor cron. Install cron, or run `claudacity serve` from the init system.';

/** Vixie's cron refuses a table with a longer one, in bytes. */
const MAX_LINE_BYTES = 990;
const SYSTEM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin'];

/** The line, with as many of the first folders of the PATH as have room. @throws as `cronLine` */
export function fittingLine(command: LaunchCommand, environment: Readonly<Record<string, string>>): string {
  const folders = [...new Set((environment.PATH ?? '').split(':'))];
  for (let count = folders.length; ; count -= 1) {
    const kept = folders.slice(0, count);
    const PATH = count === folders.length ? environment.PATH : [...new Set([...kept, ...SYSTEM_FOLDERS])].join(':');
    const line = cronLine(command, PATH === undefined ? environment : { ...environment, PATH });
    if (count === 0 || Buffer.byteLength(line) <= MAX_LINE_BYTES) return line;
  }
}

/** @throws ServiceError for a path with a line break */
export function cronLine({ program, args }: LaunchCommand, environment: Readonly<Record<string, string>>): string {
  const words = [program, ...args];
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${shellWord(value)}`);
  return `@reboot ${[...variables, ...words.map(shellWord)].join(' ')} >/dev/null 2>&1 ${MARK}`;
}

export interface CronLine {
  /** Null for a line that was not written by `cronLine`. */
  readonly command: LaunchCommand | null;
  readonly environment: Readonly<Record<string, string>>;
}

export function readCronLine(line: string): CronLine {
  const text = /^#?\s*@reboot (.*) >\/dev\/null 2>&1 # claudacity install$/.exec(line)?.[1] ?? '';
  const words = [...text.matchAll(/(?:^| )(?:(\w+)=)?((?:'[^']*'|"[^"]*"|\\')+)/g)].map(([, name, word = '']) => ({
    name,
    value: readShellWord(word),
  }));
  const [program, ...args] = words.flatMap(({ name, value }) => (name === undefined ? [value] : []));
  return {
    command: program ? { program, args } : null,
    environment: Object.fromEntries(words.flatMap(({ name, value }) => (name === undefined ? [] : [[name, value]]))),
  };
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
