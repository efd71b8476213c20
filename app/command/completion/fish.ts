/** The completion script of fish. */
import type { CompletionPlace, CompletionWord } from './completionTree';
import { completionTables, type TableRow } from './tables';

export function fishScript(name: string, places: readonly CompletionPlace[]): string {
  const { paths, valueOptions, listOptions, optionValues, words, options } = completionTables(places);
  return `# fish completion of ${name}. In ~/.config/fish/completions/${name}.fish
function __${name}_complete
    set -l current (commandline -ct)
    set -l place ''
    set -l option ''
    set -l is_list ''
    set -l position 0
    for word in (commandline -opc)[2..-1]
        if test -n "$option"; and not string match -q -- '-*' $word
            test -n "$is_list"; or set option ''
            continue
        end
        set option ''
        set is_list ''
        if string match -q -- '-*' $word
            switch "$place $word"
                case ${patterns(valueOptions)}
                    set option $word
                case ${patterns(listOptions)}
                    set option $word
                    set is_list 1
            end
            continue
        end
        switch (string trim "$place $word")
            case ${patterns(paths)}
                set place (string trim "$place $word")
                set position 0
            case '*'
                set position (math $position + 1)
        end
    end
    set -l prefix ''
    if string match -q -- '--*=*' $current
        set option (string replace -r -- '=.*' '' $current)
        set prefix "$option="
    end
    set -l values
    if test -n "$option"; and test -n "$prefix" -o (string sub -l 1 -- "$current ") != '-'
        switch "$place $option"
${cases(optionValues)}
        end
        for value in $values
            echo $prefix$value
        end
        return
    end
    switch "$place:$position"
${cases(words)}
    end
    if test (count $values) -eq 0; or string match -q -- '-*' $current
        switch "$place"
${cases(options)}
        end
    end
    printf '%s\\n' $values
end
complete -c ${name} -f -a '(__${name}_complete)'
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function patterns(texts: readonly string[]): string {
  return texts.map(quoted).join(' ');
}

/** A tab separates a word from its description. */
function described({ text, description }: CompletionWord): string {
  return description === '' ? quoted(text) : `${quoted(text)}\\t${quoted(description)}`;
}

function cases(rows: readonly TableRow[]): string {
  return rows
    .map(
      ({ key, words }) =>
        `            case ${quoted(key)}\n                set values ${words.map(described).join(' ')}`,
    )
    .join('\n');
}
