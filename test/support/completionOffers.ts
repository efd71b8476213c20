/** What real shells offer with a completion script. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

export type TestedShell = 'bash' | 'zsh' | 'fish';

/** Whether the shell is installed here. */
export function hasShell(shell: TestedShell): boolean {
  return spawnSync(shell, ['--version']).error === undefined;
}

/**
 * What the shell offers where the cursor is at the end of each line: a list for each.
 * @param folder a scratch folder, also the shell's home.
 * @param script the completion script.
 * @param lines `claudacity sta`. Without quotes.
 * @throws with what the shell says on standard error
 */
export function offersOf(shell: TestedShell, folder: string, script: string, lines: readonly string[]): string[][] {
  const file = path.join(folder, `script.${shell}`);
  writeFileSync(file, script);
  const output = { bash: offersOfBash, zsh: offersOfZsh, fish: offersOfFish }[shell](folder, file, lines);
  const lists = output.split(`${END}\n`).slice(0, -1);
  return lists.map((list) => list.split(/\r?\n/).filter((offer) => offer !== ''));
}

const END = '----';

/** The function is called as readline calls it, with the words that bash makes of the line: each `=` is one. */
function offersOfBash(folder: string, file: string, lines: readonly string[]): string {
  const asks = lines.map((line) => `${callInBash(line)}; printf '%s\\n' "\${COMPREPLY[@]}" ${END}`);
  return run(folder, 'bash', ['-c', [`source '${file}'`, ...asks].join('\n')]);
}

function callInBash(line: string): string {
  const words = line.split(' ').flatMap((word) => {
    const [name = '', ...value] = word.split('=');
    return value.length === 0 ? [name] : [name, '=', ...(value[0] === '' ? [] : value)];
  });
  const array = words.map((word) => `'${word}'`).join(' ');
  return `COMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _claudacity`;
}

function offersOfFish(folder: string, file: string, lines: readonly string[]): string {
  const asks = lines.map((line) => `complete -C '${line}'; echo ${END}`);
  const output = run(folder, 'fish', ['--no-config', '-c', [`source '${file}'`, ...asks].join('\n')]);
  // A description follows a tab.
  return output.replaceAll(/\t.*$/gm, '');
}

/** zsh completes in its line editor alone: an interactive one, in a terminal of its own, prints what it would offer. */
function offersOfZsh(folder: string, file: string, lines: readonly string[]): string {
  writeFileSync(path.join(folder, 'offer.zsh'), OFFER);
  return run(folder, 'zsh', ['-f', '-c', ASK, 'ask', file, path.join(folder, 'offer.zsh'), ...lines]);
}

const OFFER = `
compadd() {
  local -a found
  builtin compadd -O found "$@"
  offers+=("\${found[@]}")
  builtin compadd "$@"
}
offer() {
  typeset -aU offers=()
  _main_complete "$@"
  print -rn -- $'\\1'"\${(pj:\\n:)offers}"$'\\2'
}
zle -C offer complete-word offer
bindkey '^I' offer
`;

const ASK = `
zmodload zsh/zpty
zpty terminal zsh -f -i
zpty -w terminal "PROMPT=; unsetopt zle_bracketed_paste prompt_cr prompt_sp; autoload -Uz compinit; compinit -D -u"
zpty -w terminal "source '$1'; source '$2'; print -rn -- READY\\$((1 + 1))"
zpty -r terminal output $'*READY2'
for line in "\${@:3}"; do
  # Control-U takes away what was typed before.
  zpty -w -n terminal $'\\25'"$line"$'\\t'
  zpty -r terminal output $'*\\2'
  output=\${output##*$'\\1'}
  print -r -- \${output%$'\\2'}
  print -r -- ${END}
done
zpty -d terminal
`;

function run(folder: string, program: string, args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(program, args, {
    ...{ encoding: 'utf8', timeout: 20_000, cwd: folder },
    env: { PATH: process.env.PATH ?? '', HOME: folder, TERM: 'xterm', LC_ALL: 'C.UTF-8' },
  });
  if (error) throw error;
  if (stderr !== '') throw new Error(`${program} says: ${stderr}`);
  return stdout;
}
