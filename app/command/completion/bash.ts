/** The completion script of bash, also of the 3.2 that macOS has. */
import type { CompletionPlace } from './completionTree';
import { completionTables, type TableRow } from './tables';

export function bashScript(name: string, places: readonly CompletionPlace[]): string {
  const { paths, valueOptions, listOptions, optionValues, words, options } = completionTables(places);
  return `# bash completion of ${name}. In ~/.bashrc: source <(${name} completion bash)
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' option='' isList='' position=0 values='' options='' word index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    # --level=warn is three words.
    if [[ $word == '=' ]]; then continue; fi
    if [[ -n $option && $word != -* ]]; then
      if [[ -z $isList ]]; then option=''; fi
      continue
    fi
    option='' isList=''
    if [[ $word == -* ]]; then
      case "$path $word" in
      ${patterns(valueOptions)}) option="$word" ;;
      ${patterns(listOptions)}) option="$word" isList=1 ;;
      esac
      continue
    fi
    case "\${path:+$path }$word" in
    ${patterns(paths)}) path="\${path:+$path }$word" position=0 ;;
    *) position=$((position + 1)) ;;
    esac
  done
  if [[ $current == '=' ]]; then current=''; fi
  if [[ -n $option && $current != -* ]]; then
    case "$path $option" in
${cases('values', optionValues)}
    esac
    COMPREPLY=($(compgen -W "$values" -- "$current"))
    return
  fi
  case "$path:$position" in
${cases('values', words)}
  esac
  case "$path" in
${cases('options', options)}
  esac
  if [[ $current == -* || -z $values ]]; then values="$options"; fi
  COMPREPLY=($(compgen -W "$values" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

function patterns(texts: readonly string[]): string {
  return texts.map((text) => `'${text}'`).join(' | ');
}

function cases(variable: string, rows: readonly TableRow[]): string {
  return rows
    .map(({ key, words }) => `    '${key}') ${variable}='${words.map(({ text }) => text).join(' ')}' ;;`)
    .join('\n');
}
