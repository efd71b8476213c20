/** The definition as the tables that the scripts look things up in, whose keys are texts. */
import type { CompletionPlace, CompletionWord } from './completionTree';

export interface CompletionTables {
  /** Every path but that of the beginning. */
  readonly paths: readonly string[];
  /** `logs --level`: the options that one word follows. */
  readonly valueOptions: readonly string[];
  /** Those that any number of words follow. */
  readonly listOptions: readonly string[];
  /** The values of options, by `logs --level`; without those of a free text. */
  readonly optionValues: readonly TableRow[];
  /** What the next word can be, by `config set:0`: the path, and how many other words have followed it. */
  readonly words: readonly TableRow[];
  /** By path. */
  readonly options: readonly TableRow[];
}

export interface TableRow {
  readonly key: string;
  readonly words: readonly CompletionWord[];
}

export function completionTables(places: readonly CompletionPlace[]): CompletionTables {
  const options = places.flatMap(({ path, options: all }) =>
    all.flatMap(({ names, takes, values }) => names.map((name) => ({ key: `${path} ${name}`, takes, values }))),
  );
  const taking = (amount: 'one' | 'many') => options.filter(({ takes }) => takes === amount).map(({ key }) => key);
  return {
    paths: places.map(({ path }) => path).filter((path) => path !== ''),
    valueOptions: taking('one'),
    listOptions: taking('many'),
    optionValues: options.flatMap(({ key, values }) =>
      values.length === 0 ? [] : [{ key, words: values.map((text) => ({ text, description: '' })) }],
    ),
    words: places.flatMap(({ path, words }) =>
      words.flatMap((some, position) => (some.length === 0 ? [] : [{ key: `${path}:${position}`, words: some }])),
    ),
    options: places.map(({ path, options: all }) => ({
      key: path,
      words: all.map(({ names: [text = ''], description }) => ({ text, description })),
    })),
  };
}
