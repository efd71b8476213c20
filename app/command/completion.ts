/** Completion scripts for shells, generated from the command's definition: nothing in them is written down a second time. */
import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** What can follow some words of the command. */
export interface CompletionNode {
  /** The words up to here, without the program: `keys add`. */
  readonly path: string;
  readonly words: readonly CompletionWord[];
}

export interface CompletionWord {
  readonly text: string;
  readonly description: string;
}

export function completionScript(program: Command, shell: Shell): string {
  const nodes = completionNodes(program);
  return { bash, zsh, fish, powershell }[shell](program.name(), nodes);
}

/** Every command with its subcommands, options and the values of its first argument. */
export function completionNodes(program: Command): CompletionNode[] {
  const visit = (command: Command, path: readonly string[]): CompletionNode[] => [
    { path: path.join(' '), words: wordsOf(command) },
    ...command.commands.flatMap((child) => visit(child, [...path, child.name()])),
  ];
  return visit(program, []);
}

function wordsOf(command: Command): CompletionWord[] {
  const help = command.createHelp();
  const argumentValues = command.registeredArguments[0]?.argChoices ?? [];
  return [
    ...help.visibleCommands(command).map((child) => ({ text: child.name(), description: child.description() })),
    ...argumentValues.map((text) => ({ text, description: '' })),
    ...help.visibleOptions(command).flatMap(({ long, short, description }) => {
      const text = long ?? short;
      return text === undefined || text === null ? [] : [{ text, description }];
    }),
  ];
}

function bash(name: string, nodes: readonly CompletionNode[]): string {
  const cases = nodes.map(({ path, words }) => `    '${path}') words='${words.map(({ text }) => text).join(' ')}' ;;`);
  const paths = nodes.map(({ path }) => `'${path}'`).join(' | ');
  return `# bash completion of ${name}. In ~/.bashrc: source <(${name} completion bash)
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' next words='' index
  for ((index = 1; index < COMP_CWORD; index++)); do
    next="\${path:+$path }\${COMP_WORDS[index]}"
    case "$next" in
    ${paths.replace("'' | ", '')}) path="$next" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

function zsh(name: string, nodes: readonly CompletionNode[]): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const described = ({ text, description }: CompletionWord) =>
    quoted(`${text.replaceAll(':', '\\:')}${description === '' ? '' : `:${description}`}`);
  const cases = nodes.map(
    ({ path, words }) => `    ${quoted(path)}) candidates=(${words.map(described).join(' ')}) ;;`,
  );
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return `#compdef ${name}
# zsh completion of ${name}. As a file _${name} in a folder of $fpath, or: source <(${name} completion zsh)
_${name}() {
  local path_='' next index
  local -a candidates
  for ((index = 2; index < CURRENT; index++)); do
    next="\${path_:+$path_ }\${words[index]}"
    case "$next" in
    ${paths.join(' | ')}) path_="$next" ;;
    esac
  done
  case "$path_" in
${cases.join('\n')}
  esac
  _describe '${name}' candidates || _files
}
if [ "$funcstack[1]" = "_${name}" ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function fish(name: string, nodes: readonly CompletionNode[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const names = (path: string) =>
    nodes.find((node) => node.path === path)?.words.filter(({ text }) => !text.startsWith('-'));
  const lines = nodes.flatMap(({ path, words }) => {
    const parts = path === '' ? [] : path.split(' ');
    const seen = parts.map((part) => `__fish_seen_subcommand_from ${part}`);
    const children = (names(path) ?? []).map(({ text }) => text);
    const notYet = children.length === 0 ? [] : [`not __fish_seen_subcommand_from ${children.join(' ')}`];
    const condition = [...seen, ...notYet].join('; and ');
    return words.map(({ text, description }) => {
      const word = text.startsWith('--')
        ? `-l ${text.slice(2)}`
        : text.startsWith('-')
          ? `-s ${text.slice(1)}`
          : `-f -a ${quoted(text)}`;
      return [
        `complete -c ${name}`,
        ...(condition === '' ? [] : [`-n ${quoted(condition)}`]),
        word,
        ...(description === '' ? [] : [`-d ${quoted(description)}`]),
      ].join(' ');
    });
  });
  return `# fish completion of ${name}. In ~/.config/fish/completions/${name}.fish\n${lines.join('\n')}\n`;
}

function powershell(name: string, nodes: readonly CompletionNode[]): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const entries = nodes.map(
    ({ path, words }) =>
      `    ${quoted(path)} = @(${words.map(({ text, description }) => `@(${quoted(text)}, ${quoted(description || text)})`).join(', ')})`,
  );
  return `# PowerShell completion of ${name}. In $PROFILE: ${name} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${quoted(name)} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $nodes = @{
${entries.join('\n')}
  }
  $path = ''
  $elements = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition })
  foreach ($element in $elements) {
    $next = ($path + ' ' + $element.ToString()).Trim()
    if ($nodes.ContainsKey($next)) { $path = $next }
  }
  foreach ($word in $nodes[$path]) {
    if ($word[0].StartsWith($wordToComplete)) {
      [System.Management.Automation.CompletionResult]::new($word[0], $word[0], 'ParameterValue', $word[1])
    }
  }
}
`;
}
