/** Runs a command: parses its arguments, carries it out, words what goes wrong, and says with which code the process is to exit. */
import { CommanderError } from 'commander';
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
    const work = program.parseAsync(withoutAliases(args.length === 0 ? ['serve'] : args), { from: 'user' });
    await Promise.race([work, aborted(signal)]);
    return outcome.exitCode;
  } catch (error) {
    if (signal.aborted) return outcome.interrupted;
    // The parser has printed its message, or the help or version that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.wrongArguments;
    terminal.note(messageOf(error));
    if (error instanceof NotRunningError) return EXIT_CODES.notRunning;
    return error instanceof CommandError ? error.exitCode : EXIT_CODES.failed;
  }
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
