/** What can follow the words of a command line, from the command's definition: the shells' scripts know nothing else. */
import type { Argument, Command, Option } from 'commander';

/** A command, or a value that decides what follows it. */
export interface CompletionPlace {
  /** The words up to here, without the program and its options: `keys add`; '' at the beginning. */
  readonly path: string;
  /** What each of the next words can be: subcommands, or an argument's values. Empty for a free text. */
  readonly words: readonly (readonly CompletionWord[])[];
  /** Those that can be given here. */
  readonly options: readonly CompletionOption[];
}

export interface CompletionWord {
  readonly text: string;
  /** '' where there is nothing to say. */
  readonly description: string;
}

export interface CompletionOption {
  /** The long name first: `--follow`, `-f`. */
  readonly names: readonly string[];
  readonly description: string;
  /** How many words follow it as its value. */
  readonly takes: 'nothing' | 'one' | 'many';
  /** Empty for a free text. */
  readonly values: readonly string[];
}

/** Values of arguments that are not in the definition, because they are known only when the script is made. By path. */
export type FurtherValues = Readonly<Record<string, readonly CompletionWord[]>>;

const dependentValues = new WeakMap<Command, Readonly<Record<string, readonly string[]>>>();

/** Notes which values the second argument of a command can have, by the first one. */
export function completeSecondArgument(command: Command, values: Readonly<Record<string, readonly string[]>>): void {
  dependentValues.set(command, values);
}

/** Every place in which something can follow, the beginning first. */
export function completionPlaces(program: Command, further: FurtherValues = {}): CompletionPlace[] {
  const visit = (command: Command, parents: readonly string[]): CompletionPlace[] => {
    const path = parents.join(' ');
    const options = optionsOf(command);
    const { commands } = command;
    const knownWords = further[path];
    const argumentWords = command.registeredArguments.map(wordsOfArgument);
    const words = commands.length > 0 ? [subcommandsOf(command)] : knownWords ? [knownWords] : argumentWords;
    const seconds = Object.entries(dependentValues.get(command) ?? {});
    return [
      { path, words, options },
      ...seconds.map(([first, values]) => ({ path: `${path} ${first}`, words: [values.map(wordOf)], options })),
      ...commands.flatMap((child) => visit(child, [...parents, child.name()])),
    ];
  };
  return [...visit(program, []), { path: 'help', words: [subcommandsOf(program)], options: [] }];
}

function subcommandsOf(command: Command): CompletionWord[] {
  const children = command.createHelp().visibleCommands(command);
  return children.map((child) => ({ text: child.name(), description: child.description() }));
}

function wordsOfArgument({ argChoices }: Argument): CompletionWord[] {
  return (argChoices ?? []).map(wordOf);
}

function wordOf(text: string): CompletionWord {
  return { text, description: '' };
}

/** A group that is called without a subcommand lists, and takes the options of that. */
function optionsOf(command: Command): CompletionOption[] {
  const listing = command.commands.find((child) => child.name() === 'list');
  const all = [command, ...(listing ? [listing] : [])].flatMap((one) => one.createHelp().visibleOptions(one));
  const byName = new Map(all.map((option) => [option.long ?? option.short, option]));
  return [...byName.values()].map(completionOption);
}

function completionOption({
  long,
  short,
  description,
  required,
  optional,
  variadic,
  argChoices,
}: Option): CompletionOption {
  return {
    names: [long, short].filter((name) => name !== undefined && name !== null),
    description,
    takes: variadic ? 'many' : required || optional ? 'one' : 'nothing',
    values: argChoices ?? [],
  };
}
