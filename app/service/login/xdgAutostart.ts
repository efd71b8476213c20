/**
 * The login item of Linux desktops: a file in the autostart folder, after the XDG Autostart and Desktop Entry specifications. auto-launch is
 * not used here: it ignores XDG_CONFIG_HOME, names the file after the program, leaves `Exec` unquoted (a path with a space then fails at
 * login), and reports an entry that the desktop has hidden as enabled.
 */
import { mkdirSync, watch } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { LaunchCommand } from '../serviceTypes';
import { writeWhole } from '../writeWhole';
import { HIDDEN } from './launchCommand';
import { type LoginItemEntry, type LoginItemReading, NO_LOGIN_ITEM } from './loginItem';

export interface XdgAutostartOptions {
  env: NodeJS.ProcessEnv;
  home: string;
  command: LaunchCommand;
}

const FILE_NAME = 'claudacity.desktop';

export function xdgAutostart({ env, home, command }: XdgAutostartOptions): LoginItemEntry {
  const folder = path.join(configHome(env, home), 'autostart');
  const file = path.join(folder, FILE_NAME);
  return {
    read: async () => readEntry(await readFile(file, 'utf8').catch(ignoreMissing), file),
    // The whole file is written: keys by which a desktop has switched the entry off go with the rest.
    enable: () => writeWhole(file, desktopEntry(command)),
    disable: () => rm(file, { force: true }),
    watch: (listener) => {
      try {
        mkdirSync(folder, { recursive: true });
        const watcher = watch(folder, (_event, name) => {
          if (name === null || name === FILE_NAME) listener();
        });
        watcher.on('error', () => watcher.close());
        return () => watcher.close();
      } catch {
        // The system has no more watches, or the folder cannot be made: the entry is read when the window is shown.
        return () => {};
      }
    },
  };
}

/** `XDG_CONFIG_HOME` or `~/.config`. The specification has relative paths ignored. */
export function configHome(env: NodeJS.ProcessEnv, home: string): string {
  return env.XDG_CONFIG_HOME && path.isAbsolute(env.XDG_CONFIG_HOME) ? env.XDG_CONFIG_HOME : path.join(home, '.config');
}

/** The text of the entry. `TryExec` makes a desktop ignore the entry once the program has been uninstalled. */
export function desktopEntry({ program, args }: LaunchCommand): string {
  return `${[
    '[Desktop Entry]',
    'Type=Application',
    'Version=1.0',
    'Name=Claudacity',
    'Comment=Answers Ollama and OpenAI clients with the claude CLI',
    `TryExec=${escapeString(program)}`,
    `Exec=${[program, ...args, HIDDEN].map(quoteArgument).map(escapeString).join(' ')}`,
    'Icon=claudacity',
    'Terminal=false',
    'StartupNotify=false',
    'X-GNOME-Autostart-enabled=true',
  ].join('\n')}\n`;
}

/** The arguments of an Exec line, without `--hidden`; null where it cannot be split. The reverse of what `desktopEntry` writes. */
export function readExec(exec: string): LaunchCommand | null {
  const [program, ...args] = [...unescapeString(exec).matchAll(/"((?:\\.|[^"\\])*)"|([^\s"]+)/gs)]
    .map(([, quoted, plain]) => quoted?.replace(/\\(.)/gs, '$1') ?? plain ?? '')
    .map((argument) => argument.replaceAll('%%', '%'));
  if (!program) return null;
  return { program, args: args.filter((argument) => argument !== HIDDEN) };
}

/** The four characters are special within quotes; `%` starts a field code. */
function quoteArgument(argument: string): string {
  return `"${argument.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}

/** Backslashes are escaped once more: a string value is unescaped before its Exec line is split into arguments. */
function escapeString(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
}

function unescapeString(value: string): string {
  const special: Record<string, string> = { n: '\n', t: '\t', r: '\r', s: ' ' };
  return value.replace(/\\(.)/gs, (_all, letter: string) => special[letter] ?? letter);
}

/** Keys by which desktops switch an entry off instead of removing the file. */
const SWITCHED_OFF = /^(Hidden\s*=\s*true|X-(GNOME|MATE|Cinnamon)-Autostart-enabled\s*=\s*false)\s*$/i;

function readEntry(text: string | undefined, file: string): LoginItemReading {
  if (text === undefined) return { ...NO_LOGIN_ITEM, entry: file };
  const lines = mainGroup(text);
  const exec = lines.map((line) => /^Exec\s*=\s*(.*)$/.exec(line)?.[1]).find((value) => value !== undefined);
  const command = exec === undefined ? null : readExec(exec);
  const enabled = command !== null && !lines.some((line) => SWITCHED_OFF.test(line));
  return { installed: true, enabled, needsApproval: false, entry: file, command };
}

/** The lines of `[Desktop Entry]`: actions have groups of their own, with keys of the same names. */
function mainGroup(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const start = lines.indexOf('[Desktop Entry]') + 1;
  const end = lines.findIndex((line, index) => index >= start && line.startsWith('['));
  return lines.slice(start, end < 0 ? undefined : end);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
