/** The manual page, from the command's definition: build/linux/claudacity.1, which `node build/manPage.mjs` writes. */
import type { Command } from 'commander';
import { createProgram, environmentTexts, exitCodeTexts } from './program';
import { type CommandRuntime, EXIT_CODES } from './runtime';
import { processTerminal } from './terminal';

/** In the language of man(7). */
export function manPage(): string {
  const program = describedProgram();
  const commands = leavesOf(program);
  return `${[
    '.\\" Written by build/manPage.mjs from app/command. Do not edit.',
    '.TH CLAUDACITY 1 "" "Claudacity" "User Commands"',
    '.SH NAME',
    'claudacity \\- use the claude CLI from programs that speak to Ollama, OpenAI or Anthropic',
    '.SH SYNOPSIS',
    '.B claudacity',
    '[\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]',
    '.SH DESCRIPTION',
    escaped(program.description()),
    'Without a command it serves. The commands talk to the app that is running, with a window or without.',
    '.SH COMMANDS',
    ...commands.flatMap(({ path, command }) => commandLines(path, command)),
    '.SH EXIT STATUS',
    ...exitCodeTexts().flatMap(([code, text]) => ['.TP', `.B ${code}`, escaped(text)]),
    '.SH ENVIRONMENT',
    ...environmentTexts().flatMap(([name, text]) => ['.TP', `.B ${name}`, escaped(text)]),
    '.SH FILES',
    '.TP',
    '.I ~/.config/Claudacity',
    'settings, database and log, unless CLAUDACITY_HOME or XDG_CONFIG_HOME names another folder',
  ].join('\n')}\n`;
}

/** The program, to be described and not to be run. */
export function describedProgram(): Command {
  const missing = () => Promise.reject(new Error('This program is only described.'));
  const none = { program: '', args: [] };
  const service = {
    install: missing,
    uninstall: missing,
    start: missing,
    stop: missing,
    restart: missing,
    status: missing,
  };
  const runtime: CommandRuntime = {
    ...{ version: '', dataDir: '', env: {}, platform: 'linux', programs: { serve: none, desktopApp: undefined } },
    ...{ signal: new AbortController().signal, terminal: processTerminal(process, { NO_COLOR: '1' }), service },
    ...{ connect: missing, serve: missing, openStopped: missing, guides: () => [] },
  };
  return createProgram(runtime, { exitCode: EXIT_CODES.done, interrupted: EXIT_CODES.interrupted });
}

export interface NamedCommand {
  /** `keys add` */
  readonly path: string;
  readonly command: Command;
}

/** The commands that do something, in the order of the help: of a group, its commands. */
export function leavesOf(program: Command): NamedCommand[] {
  const visit = (command: Command, path: string): NamedCommand[] =>
    command.commands.length === 0
      ? [{ path, command }]
      : command.commands.flatMap((child) => visit(child, `${path} ${child.name()}`.trim()));
  return visit(program, '');
}

function commandLines(path: string, command: Command): string[] {
  const help = command.createHelp();
  const values = command.registeredArguments.map((argument) => {
    const { required, variadic } = argument;
    const name = `${argument.name()}${variadic ? '...' : ''}`;
    return `\\fI${escaped(required ? name : `[${name}]`)}\\fR`;
  });
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  return [
    '.TP',
    `\\fB${escaped(path)}\\fR ${values.join(' ')}`.trimEnd(),
    escaped(command.description()),
    ...(options.length === 0 ? [] : ['.RS']),
    ...options.flatMap((option) => [
      '.TP',
      `\\fB${escaped(option.flags)}\\fR`,
      escaped(help.optionDescription(option)),
    ]),
    ...(options.length === 0 ? [] : ['.RE']),
  ];
}

/** Text that roff takes as it is; at a line's start, a dot or an apostrophe would be a request. */
function escaped(text: string): string {
  const characters = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('’', '\\(cq')
    .replaceAll('“', '\\(lq')
    .replaceAll('”', '\\(rq')
    .replaceAll('`', '')
    .replaceAll('…', '...');
  return /^[.']/.test(characters) ? `\\&${characters}` : characters;
}
