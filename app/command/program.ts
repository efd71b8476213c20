/** The definition of the `claudacity` command: its words, arguments and options. The help, the completions and the manual page follow from it. */
import { Command } from 'commander';
import { ENVIRONMENT_VARIABLES } from '../shared/cli/environmentVariables';
import { type AddCommand, type CommandRuntime, EXIT_CODE_TEXTS, EXIT_CODES, type Outcome } from './runtime';
import { addAccounts } from './subcommands/accounts';
import { addCompletion } from './subcommands/completion';
import { addConfig } from './subcommands/config';
import { addConnect } from './subcommands/connect';
import { addDoctor } from './subcommands/doctor';
import { addKeys } from './subcommands/keys';
import { addLogs } from './subcommands/logs';
import { addModels } from './subcommands/models';
import { addNetworks } from './subcommands/networks';
import { addRequests } from './subcommands/requests';
import { addRunning } from './subcommands/running';
import { addService } from './subcommands/service';
import { addStatus } from './subcommands/status';
import { addTest } from './subcommands/test';
import { addUpdate } from './subcommands/update';

/** In the order of the help. */
const COMMANDS: readonly AddCommand[] = [
  ...[addRunning, addStatus, addService, addLogs, addRequests, addKeys, addNetworks, addAccounts, addModels],
  ...[addConfig, addTest, addConnect, addDoctor, addUpdate, addCompletion],
];

/** A program that is parsed once. It throws a CommanderError in place of ending the process. */
export function createProgram(runtime: CommandRuntime, outcome: Outcome): Command {
  const { terminal, version } = runtime;
  const program = new Command('claudacity')
    .description(
      'Use the claude CLI that you are signed in to from any program that speaks to Ollama, OpenAI or Anthropic.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command...]', 'print the help of a command')
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ styleTitle: terminal.paint.bold })
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.note(text.trimEnd()),
    })
    .addHelpText('after', () => `\n${helpEnd()}`);
  for (const add of COMMANDS) add(program, runtime, outcome);
  sayUsageAfterErrors(program, program.name());
  return program;
}

/** The whole help would push the error out of sight. */
function sayUsageAfterErrors(command: Command, path: string): void {
  command.showHelpAfterError(`Usage: ${path} ${command.usage()}\n\`${path} --help\` says more.`);
  for (const child of command.commands) sayUsageAfterErrors(child, `${path} ${child.name()}`);
}

/** Printed after the commands. */
function helpEnd(): string {
  const variables = environmentTexts();
  const width = Math.max(...variables.map(([name]) => name.length));
  return [
    'Without a command it serves. `--install`, `--start`, `--stop`, `--restart`, `--status` and `--uninstall` are read like the commands.',
    'The commands talk to the app that is running, with a window or without.',
    '',
    'Exit codes:',
    ...exitCodeTexts().map(([code, text]) => `  ${String(code).padEnd(4)} ${text}`),
    '',
    'Environment:',
    ...variables.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`),
  ].join('\n');
}

export function exitCodeTexts(): (readonly [code: number, text: string])[] {
  const names = Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[];
  return names.map((name) => [EXIT_CODES[name], EXIT_CODE_TEXTS[name]]);
}

export function environmentTexts(): (readonly [name: string, text: string])[] {
  return ENVIRONMENT_VARIABLES.map(({ name, description }) => [name, description.replaceAll('`', '')]);
}
