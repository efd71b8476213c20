/**
 * The login item of Linux desktops: a file in the autostart folder, as the XDG Autostart and Desktop Entry
 * specifications have it. auto-launch does not serve here: it ignores XDG_CONFIG_HOME, names the file after the program,
 * leaves `Exec` unquoted (a path with a space then fails at login), and calls an entry enabled that the desktop has hidden.
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

/** The entry's text. With `TryExec`, a desktop leaves the entry alone once the program has been uninstalled. */
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

/** `%` would start a field code; the other four are special within quotes. */
function quoteArgument(argument: string): string {
  return `"${argument.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}

/** Values of type string have escapes of their own, which are undone before an Exec line is split. */
function escapeString(value: string): string {
  return value.replaceAll('\\', '\\\\');
}

/** Desktops switch an entry off by one of these keys instead of removing the file. */
function isActive(entry: string | undefined): boolean {
  if (entry === undefined) return false;
  return !/^Hidden\s*=\s*true\s*$/m.test(entry) && !/^X-GNOME-Autostart-enabled\s*=\s*false\s*$/m.test(entry);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
