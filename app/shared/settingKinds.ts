/**
 * The kinds of settings that the table in settings.ts is written with. Each function completes an entry with the zod schema of its
 * value and with the words for what is valid, so that every place that checks a value refuses the same and says the same.
 *
 * The page imports this file: nothing in it may build a zod object, which compiles code that the page's security policy forbids. The bundler
 * leaves out the unused part of zod, 370 KB, only where it is imported as a namespace.
 */
import * as z from 'zod';

/** The groups of the settings page, in its order, with their headings. */
export const SETTING_GROUPS = {
  server: 'Server',
  access: 'Access',
  claude: 'Claude',
  history: 'Conversation history',
  requests: 'Requests',
  notifications: 'Notifications',
  appearance: 'Appearance',
} as const;
export type SettingGroup = keyof typeof SETTING_GROUPS;

/** What saving a change does that the user may not expect; shown beside the field before it is saved. */
export interface SettingWarning {
  on: 'turnedOff' | 'lowered';
  text: string;
}

export interface SettingOptions<Value, Shown extends boolean> {
  default: Value;
  group: SettingGroup;
  /** What the field is called in the window. */
  label: string;
  /** What the setting does, for documents and the command's help: a phrase without a full stop. */
  description: string;
  /** Explanation below the field: full sentences. */
  note?: string;
  /** What stands behind the field: `MB`. */
  unit?: string;
  /** Shown in the empty field. */
  placeholder?: string;
  warning?: SettingWarning;
  /**
   * Environment variables that set the value, strongest first. A single value from there wins over the stored one and cannot be
   * changed in the window; a list is added to the stored one.
   */
  variables?: readonly string[];
  /** The option of the command line that sets the value; it wins over the variables. */
  flag?: string;
  /** The default in the words of the documents, where the value itself does not say it. */
  defaultText?: string;
  /** When a change takes effect. Default: at once. */
  applies?: 'at once' | 'at next start';
  /** False: not in the window, and not to be changed by it. Default true. */
  shown?: Shown;
}

interface BaseSetting<Value, Shown extends boolean> extends SettingOptions<Value, Shown> {
  /** Accepts a stored or changed value. Its messages complete the sentence "The value …". */
  schema: z.ZodType<Value>;
  /** Which values are valid: `a whole number from 1 to 256`. Messages say `must be ${expected}`. */
  expected: string;
  applies: 'at once' | 'at next start';
  variables: readonly string[];
  shown: Shown;
}

export interface ToggleSetting<Shown extends boolean> extends BaseSetting<boolean, Shown> {
  kind: 'toggle';
}

export interface NumberSetting<Value extends number | null, Shown extends boolean> extends BaseSetting<Value, Shown> {
  kind: 'number';
  /** Whether null, an empty field, is a value. */
  optional: boolean;
  /** Accepts what a variable or the command line sets, where that differs. */
  pinnedSchema?: z.ZodType<number>;
  pinnedExpected?: string;
}

export interface TextSetting<Shown extends boolean> extends BaseSetting<string, Shown> {
  kind: 'text';
}

export interface ChoiceSetting<Name extends string, Shown extends boolean> extends BaseSetting<Name, Shown> {
  kind: 'choice';
  /** Each value with its name in the window, in the order in which they are offered. */
  choices: Readonly<Record<Name, string>>;
}

export interface ListSetting<Shown extends boolean> extends BaseSetting<string[], Shown> {
  kind: 'list';
  /** Whether items of a variable that are not valid are left out instead of refused. */
  ignoresPinnedItems: boolean;
  /** Whether an item is valid. */
  isItem: (item: string) => boolean;
}

/** One entry of the table, of any kind. */
export type Setting =
  | ToggleSetting<boolean>
  | NumberSetting<number, boolean>
  | NumberSetting<number | null, boolean>
  | TextSetting<boolean>
  | ChoiceSetting<string, boolean>
  | ListSetting<boolean>;

type Options<Value, Shown extends boolean> = SettingOptions<Value, Shown>;

/** On or off. */
export function toggle<Shown extends boolean = true>(options: Options<boolean, Shown>): ToggleSetting<Shown> {
  return { ...completed(options), kind: 'toggle', schema: z.boolean(), expected: 'on or off' };
}

export interface NumberBounds {
  /** The least valid value. */
  min?: number;
  /** The value above which all are valid, in place of `min`. */
  above?: number;
  max: number;
  /** The least value that a variable or the command line may set, where that is another. */
  pinnedMin?: number;
  /** What the number is, where "whole number" is too general: `port`. */
  noun?: string;
}

/** A whole number. */
export function integer<Shown extends boolean = true>(
  options: Options<number, Shown> & NumberBounds,
): NumberSetting<number, Shown> {
  const { min, above, max, pinnedMin, noun = 'whole number', ...rest } = options;
  return {
    ...completed<number, Shown>(rest),
    kind: 'number',
    optional: false,
    ...bounded({ min, above, max }, noun, true),
    ...(pinnedMin === undefined ? {} : pinnedSchema(bounded({ min: pinnedMin, max }, noun, true))),
  };
}

/** A whole number or, where the field is left empty, null. */
export function optionalInteger<Shown extends boolean = true>(
  options: Options<number | null, Shown> & Omit<NumberBounds, 'pinnedMin'>,
): NumberSetting<number | null, Shown> {
  const { min, above, max, noun = 'whole number', ...rest } = options;
  const { schema, expected } = bounded({ min, above, max }, noun, true);
  return {
    ...completed<number | null, Shown>(rest),
    kind: 'number',
    optional: true,
    schema: schema.nullable(),
    expected,
  };
}

/** A number that may have decimals. */
export function decimal<Shown extends boolean = true>(
  options: Options<number, Shown> & Omit<NumberBounds, 'pinnedMin'>,
): NumberSetting<number, Shown> {
  const { min, above, max, noun = 'number', ...rest } = options;
  return {
    ...completed<number, Shown>(rest),
    kind: 'number',
    optional: false,
    ...bounded({ min, above, max }, noun, false),
  };
}

export interface TextBounds {
  /** In characters. Default 4096. */
  maxLength?: number;
  /** Whether a text is valid, and what it is then called: `an address`. */
  check?: { test: (text: string) => boolean; expected: string };
}

/** One line of text; white space at its ends is removed. */
export function text<Shown extends boolean = true>(options: Options<string, Shown> & TextBounds): TextSetting<Shown> {
  const { maxLength = 4096, check, ...rest } = options;
  const expected = check?.expected ?? `at most ${count(maxLength)} characters`;
  const schema = z
    .string()
    .trim()
    .max(maxLength, `must be ${expected}`)
    .refine((value) => check?.test(value) ?? true, `must be ${expected}`);
  return { ...completed<string, Shown>(rest), kind: 'text', schema, expected };
}

/** One of a few values. */
export function choice<const Name extends string, Shown extends boolean = true>(
  options: Options<NoInfer<Name>, Shown> & { choices: Readonly<Record<Name, string>> },
): ChoiceSetting<Name, Shown> {
  const { choices, ...rest } = options;
  const names = Object.keys(choices) as Name[];
  return {
    ...completed<Name, Shown>(rest),
    kind: 'choice',
    choices,
    schema: z.enum(names),
    expected: `one of ${names.join(', ')}`,
  };
}

export interface ListItems {
  /** Whether an item is valid, and what the items are then called: `addresses, by commas`. */
  check?: { test: (item: string) => boolean; expected: string };
  /** Whether items of a variable that are not valid are left out instead of refused: of one that another program reads, too. Default false. */
  ignoresPinnedItems?: boolean;
}

/** Any number of texts. */
export function list<Shown extends boolean = true>(options: Options<string[], Shown> & ListItems): ListSetting<Shown> {
  const { check, ignoresPinnedItems = false, ...rest } = options;
  const expected = check?.expected ?? 'texts separated by commas';
  const isItem = (item: string) => check?.test(item) ?? true;
  const item = z.string().trim().min(1, 'must not be empty').refine(isItem, `must be ${expected}`);
  return {
    ...completed<string[], Shown>(rest),
    kind: 'list',
    schema: z.array(item),
    expected,
    ignoresPinnedItems,
    isItem,
  };
}

function completed<Value, Shown extends boolean>(options: Options<Value, Shown>) {
  return {
    ...options,
    applies: options.applies ?? ('at once' as const),
    variables: options.variables ?? [],
    // Without the argument, the parameter's default is `true`.
    shown: options.shown ?? (true as Shown),
  };
}

function bounded(
  { min, above, max }: { min?: number | undefined; above?: number | undefined; max: number },
  noun: string,
  whole: boolean,
): { schema: z.ZodNumber; expected: string } {
  const range =
    above === undefined
      ? `from ${count(min ?? 0)} to ${count(max)}`
      : `above ${count(above)} and at most ${count(max)}`;
  const expected = `a ${noun} ${range}`;
  const message = `must be ${expected}`;
  const number = z.number().max(max, message);
  const lower = above === undefined ? number.min(min ?? 0, message) : number.gt(above, message);
  return { schema: whole ? lower.int(message) : lower, expected };
}

function pinnedSchema({ schema, expected }: { schema: z.ZodType<number>; expected: string }) {
  return { pinnedSchema: schema, pinnedExpected: expected };
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
