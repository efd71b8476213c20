/** Runs a command: parses its arguments, carries it out, words what goes wrong, and says with which code the process is to exit. */
import { type Command, CommanderError } from 'commander';
import { NotRunningError } from '../control/client';
import { ServiceError } from '../service/serviceTypes';
import { errorText } from '../shared/errorText';
import { createProgram } from './program';
import { CommandError, type CommandRuntime, EXIT_CODES, type ExitCode, type Outcome } from './runtime';
import { withoutAliases } from './words';

/**
 * @param args without the program and its script. Without a command it serves.
 * @returns the exit code; undefined where the process goes on, as `serve` does. Never rejects.
 */
export async function runCommand(args: readonly string[], runtime: CommandRuntime): Promise<ExitCode | undefined> {
  const { terminal, signal } = runtime;
  const outcome: Outcome = { exitCode: EXIT_CODES.done, interrupted: EXIT_CODES.interrupted };
  const program = createProgram(runtime, outcome);
  try {
    const words = withoutAliases(args.length === 0 ? ['serve'] : args);
    demandCommand(program, words);
    const work = program.parseAsync(helpLast(words), { from: 'user' });
    await Promise.race([work, aborted(signal)]);
    return outcome.exitCode;
  } catch (error) {
    if (signal.aborted) return outcome.interrupted;
    // The parser has printed its message, or the help or version that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.wrongArguments;
    if (error instanceof NotRunningError) {
      terminal.note(`${error.message} \`claudacity start\` starts it.`);
      return EXIT_CODES.notRunning;
    }
    terminal.note(messageOf(error));
    return error instanceof CommandError ? error.exitCode : EXIT_CODES.failed;
  }
}

/** The parser would take a word that is no command of a group for an argument of the group's list, and print the whole help for `help nonsense`. */
function demandCommand(program: Command, words: readonly string[]): void {
  let command = program;
  for (const word of words[0] === 'help' ? words.slice(1) : words) {
    if (word.startsWith('-') || word === 'help' || command.commands.length === 0) return;
    const child = command.commands.find((one) => one.name() === word);
    // The parser says that itself, with what was meant.
    if (!child && command === program && words[0] !== 'help') return;
    if (!child) {
      const names = command.commands.map((one) => one.name()).join(', ');
      command.error(`error: unknown command '${word}'. There are: ${names}`);
    } else command = child;
  }
}

/** `help keys add` as `keys add --help`: the parser's own command knows one word alone. */
function helpLast(words: readonly string[]): string[] {
  return words[0] === 'help' && words.length > 1 ? [...words.slice(1), '--help'] : [...words];
}

function messageOf(error: unknown): string {
  return error instanceof ServiceError || error instanceof CommandError ? error.message : errorText(error);
}

/** Rejects when Ctrl+C is pressed, for what cannot be interrupted otherwise. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
