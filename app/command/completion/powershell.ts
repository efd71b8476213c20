/** The completion script of PowerShell. */
import type { CompletionPlace, CompletionWord } from './completionTree';
import { completionTables, type TableRow } from './tables';

export function powershellScript(name: string, places: readonly CompletionPlace[]): string {
  const { paths, valueOptions, listOptions, optionValues, words, options } = completionTables(places);
  return `# PowerShell completion of ${name}. In $PROFILE: ${name} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${quoted(name)} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $paths = @(${list(paths)})
  $valueOptions = @(${list(valueOptions)})
  $listOptions = @(${list(listOptions)})
  $optionValues = @{
${entries(optionValues)}
  }
  $words = @{
${entries(words)}
  }
  $options = @{
${entries(options)}
  }
  $path = ''
  $option = ''
  $isList = $false
  $position = 0
  $elements = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition })
  foreach ($element in $elements) {
    $word = $element.ToString()
    if ($option -ne '' -and -not $word.StartsWith('-')) {
      if (-not $isList) { $option = '' }
      continue
    }
    $option = ''
    $isList = $false
    if ($word.StartsWith('-')) {
      if ($valueOptions -ccontains "$path $word") { $option = $word }
      if ($listOptions -ccontains "$path $word") { $option = $word; $isList = $true }
      continue
    }
    $next = "$path $word".Trim()
    if ($paths -ccontains $next) { $path = $next; $position = 0 } else { $position += 1 }
  }
  $prefix = ''
  if ($wordToComplete -match '^(--[^=]+)=') {
    $option = $Matches[1]
    $prefix = "$option="
  }
  if ($option -ne '' -and ($prefix -ne '' -or -not $wordToComplete.StartsWith('-'))) {
    $values = $optionValues["$path $option"]
  } else {
    $values = $words["\${path}:$position"]
    if ($null -eq $values -or $wordToComplete.StartsWith('-')) { $values = $options[$path] }
  }
  foreach ($value in $values) {
    $text = $prefix + $value[0]
    if ($text.StartsWith($wordToComplete)) {
      [System.Management.Automation.CompletionResult]::new($text, $value[0], 'ParameterValue', $value[1])
    }
  }
}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function list(texts: readonly string[]): string {
  return texts.map(quoted).join(', ');
}

/** A description must not be empty. The comma keeps a list of one pair from becoming that pair. */
function entries(rows: readonly TableRow[]): string {
  const pair = ({ text, description }: CompletionWord) => `@(${quoted(text)}, ${quoted(description || text)})`;
  return rows.map(({ key, words }) => `    ${quoted(key)} = @(,${words.map(pair).join(' + ,')})`).join('\n');
}
