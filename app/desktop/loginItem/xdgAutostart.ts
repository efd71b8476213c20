/**
 * The login item of Linux desktops: a file in the autostart folder, after the XDG Autostart and Desktop Entry specifications. auto-launch is
 * not used here: it ignores XDG_CONFIG_HOME, names the file after the program, leaves `Exec` unquoted (a path with a space then fails at
 * login), and reports an entry that the desktop has hidden as enabled.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HIDDEN } from '../commandLine';
import type { LaunchCommand } from './launchCommand';
import type { LoginItem } from './loginItem';

export interface XdgAutostartOptions {
  env: NodeJS.ProcessEnv;
  home: string;
  command: LaunchCommand;
}

export function xdgAutostart({ env, home, command }: XdgAutostartOptions): LoginItem {
  const configHome = env.XDG_CONFIG_HOME && path.isAbsolute(env.XDG_CONFIG_HOME) ? env.XDG_CONFIG_HOME : undefined;
  const folder = path.join(configHome ?? path.join(home, '.config'), 'autostart');
  const file = path.join(folder, 'claudacity.desktop');
  return {
    supported: true,
    isEnabled: async () => isActive(await readFile(file, 'utf8').catch(ignoreMissing)),
    async enable() {
      await mkdir(folder, { recursive: true });
      await writeFile(file, desktopEntry(command));
    },
    disable: () => rm(file, { force: true }),
  };
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

/** The four characters are special within quotes; `%` starts a field code. */
function quoteArgument(argument: string): string {
  return `"${argument.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}

/** Backslashes are escaped once more: a string value is unescaped before its Exec line is split into arguments. */
function escapeString(value: string): string {
  return value.replaceAll('\\', '\\\\');
}

/** False where a desktop has switched the entry off by one of these keys instead of removing the file. */
function isActive(entry: string | undefined): boolean {
  if (entry === undefined) return false;
  return !/^Hidden\s*=\s*true\s*$/m.test(entry) && !/^X-GNOME-Autostart-enabled\s*=\s*false\s*$/m.test(entry);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
