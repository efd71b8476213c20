/**
 * The text of the unit by which the user's systemd runs `serve`.
 *
 * `Type=notify`: `systemctl start` returns once the server listens. Node has no datagram sockets of Unix, which sd_notify uses, so `serve` has
 * systemd-notify say it (readiness.ts): a process of its own, hence `NotifyAccess=all`. The CLI's processes do not get NOTIFY_SOCKET.
 */
import type { LaunchCommand } from './serviceTypes';
import { ServiceError } from './serviceTypes';

export const UNIT_NAME = 'claudacity.service';

export interface UnitOptions {
  readonly command: LaunchCommand;
  readonly environment: Readonly<Record<string, string>>;
  /** Lingering was switched on for this unit, and is to be switched off with it. */
  readonly ownsLinger: boolean;
}

/** @throws ServiceError for a path with a line break, which no unit can hold */
export function unitText({ command, environment, ownsLinger }: UnitOptions): string {
  const words = [command.program, ...command.args];
  const all = [...words, ...Object.values(environment)];
  if (all.some((word) => /[\n\r\0]/.test(word)))
    throw new ServiceError(
      'command_failed',
      'A path with a line break cannot be started by systemd. Move the program.',
    );
  // Without the colon, systemd would replace `$NAME` by a variable. Versions before 244 do not know it.
  const started = hasRefusedName(command) ? [...SHELL, ...words] : words;
  const prefix = started.some((word) => word.includes('$')) ? ':' : '';
  return `${[
    '# Written by `claudacity install`. `claudacity uninstall` removes it.',
    '[Unit]',
    'Description=Claudacity: Ollama, OpenAI and Anthropic endpoints for the claude CLI',
    // A server whose port is taken gives up after five attempts.
    'StartLimitIntervalSec=60',
    'StartLimitBurst=5',
    ...(ownsLinger ? [OWNS_LINGER] : []),
    '',
    '[Service]',
    'Type=notify',
    'NotifyAccess=all',
    `ExecStart=${prefix}${started.map(quoteWord).join(' ')}`,
    ...Object.entries(environment).map(([name, value]) => `Environment=${quoteWord(`${name}=${value}`)}`),
    'Restart=on-failure',
    'RestartSec=2',
    'TimeoutStartSec=60',
    // Running answers have their time: only the server gets the signal, and it ends the CLI's processes.
    'KillMode=mixed',
    'TimeoutStopSec=30',
    'UMask=0077',
    ...(isAppImage(command) ? [] : HARDENING),
    '',
    '[Install]',
    'WantedBy=default.target',
  ].join('\n')}\n`;
}

/** systemd refuses programs with a quote or a backslash in their path, and takes them as arguments. The shell is replaced by the program. */
const SHELL = ['/bin/sh', '-c', 'exec "$0" "$@"'];

function hasRefusedName({ program }: LaunchCommand): boolean {
  return /["'\\]/.test(program);
}

/** systemd ignores keys that begin with X-. */
const OWNS_LINGER = 'X-Claudacity-Linger=yes';

/**
 * What a manager without rights can enforce and neither V8 (which writes code into memory) nor the CLI needs. Tools of the CLI may write to the
 * user's files where isolation is off, so the file system stays as it is.
 */
const HARDENING = [
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'SystemCallArchitectures=native',
];

/** Its mount is made by fusermount, which needs the rights of its owner, root. */
function isAppImage({ program }: LaunchCommand): boolean {
  return /\.appimage$/i.test(program);
}

/** A word in double quotes; `%` begins a specifier. */
function quoteWord(word: string): string {
  return `"${word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('\t', '\\t')}"`;
}

export interface UnitReading {
  readonly command: LaunchCommand | null;
  readonly dataDir: string | null;
  readonly ownsLinger: boolean;
}

/** The reverse of `unitText`, as far as it is needed. */
export function readUnit(text: string): UnitReading {
  const words = wordsOf(/^ExecStart=[:@+!|-]*(.*)$/m.exec(text)?.[1] ?? '');
  const [program, ...args] = SHELL.every((word, index) => words[index] === word) ? words.slice(SHELL.length) : words;
  const variables = [...text.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = '']) => wordsOf(line));
  const home = variables.find((variable) => variable.startsWith(HOME_VARIABLE))?.slice(HOME_VARIABLE.length);
  return {
    command: program ? { program, args } : null,
    dataDir: home ?? null,
    ownsLinger: text.split('\n').includes(OWNS_LINGER),
  };
}

const HOME_VARIABLE = 'CLAUDACITY_HOME=';

function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g)]
    .map(
      ([, quoted, plain]) =>
        quoted?.replace(/\\(.)/g, (_all, letter) => (letter === 't' ? '\t' : letter)) ?? plain ?? '',
    )
    .map((word) => word.replaceAll('%%', '%'));
}
