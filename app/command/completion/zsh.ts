/** The completion script of zsh. */
import type { CompletionPlace, CompletionWord } from './completionTree';
import { completionTables, type TableRow } from './tables';

export function zshScript(name: string, places: readonly CompletionPlace[]): string {
  const { paths, valueOptions, listOptions, optionValues, words, options } = completionTables(places);
  return `#compdef ${name}
# zsh completion of ${name}. As a file _${name} in a folder of $fpath, or in ~/.zshrc: source <(${name} completion zsh)
_${name}() {
  local place='' option='' isList='' position=0 word index
  local -a values switches
  for ((index = 2; index < CURRENT; index++)); do
    word="\${words[index]}"
    if [[ -n $option && $word != -* ]]; then
      if [[ -z $isList ]]; then option=''; fi
      continue
    fi
    option='' isList=''
    if [[ $word == -* ]]; then
      case "$place $word" in
      ${patterns(valueOptions)}) option="$word" ;;
      ${patterns(listOptions)}) option="$word" isList=1 ;;
      esac
      continue
    fi
    case "\${place:+$place }$word" in
    ${patterns(paths)}) place="\${place:+$place }$word" position=0 ;;
    *) position=$((position + 1)) ;;
    esac
  done
  if [[ $PREFIX == --*=* ]]; then
    option="\${PREFIX%%=*}"
    compset -P '*='
  fi
  if [[ -n $option && $PREFIX != -* ]]; then
    case "$place $option" in
${cases('values', optionValues)}
    esac
    if (( $#values )); then _describe -t values value values; else _files; fi
    return
  fi
  case "$place:$position" in
${cases('values', words)}
  esac
  case "$place" in
${cases('switches', options)}
  esac
  if [[ $PREFIX != -* ]] && (( $#values )); then
    _describe -t commands word values
  else
    _describe -t arguments option switches || _files
  fi
}
if [ "$funcstack[1]" = "_${name}" ]; then
  _${name} "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
  compdef _${name} ${name}
fi
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function patterns(texts: readonly string[]): string {
  return texts.map(quoted).join(' | ');
}

/** A colon separates a word from its description. */
function described({ text, description }: CompletionWord): string {
  return quoted(`${text.replaceAll(':', '\\:')}${description === '' ? '' : `:${description}`}`);
}

function cases(variable: string, rows: readonly TableRow[]): string {
  return rows
    .map(({ key, words }) => `    ${quoted(key)}) ${variable}=(${words.map(described).join(' ')}) ;;`)
    .join('\n');
}
