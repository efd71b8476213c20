/**
 * The kinds of settings that the table in settings.ts is written with. Each function completes an entry with the check of its
 * value and with the words for what is valid, so that every place that checks a value refuses the same and says the same.
 *
 * settingsSchema.ts makes zod schemas of the checks. The page imports this file, so it does not import zod, which compiles code that the page's
 * security policy forbids.
 */

/** The groups of the settings page, in its order, with their headings. Some have no setting of the table, but a part of their own. */
export const SETTING_GROUPS = {
  general: 'General',
  server: 'Server',
  keys: 'Keys and refused',
  accounts: 'Accounts',
  models: 'Models',
  privacy: 'Privacy',
  processes: 'Processes',
  notifications: 'Notifications',
  startUp: 'Start-up',
  updates: 'Updates',
  about: 'About',
} as const;
export type SettingGroup = keyof typeof SETTING_GROUPS;

/** A change that deletes something and cannot be undone: the user is asked before it is made. */
export interface SettingWarning {
  on: 'turnedOff' | 'lowered';
  /** The question: `Delete the conversation history?` */
  question: string;
  /** What the change deletes, in full sentences. */
  text: string;
}

/** What the check of a value returns: the value as it is stored, or what is wrong, which continues the sentence "The value …". */
export type CheckedValue<Value> = { readonly value: Value } | { readonly fault: string };

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
  /** Accepts a stored or changed value of any origin. */
  check: (value: unknown) => CheckedValue<Value>;
  /** Which values are valid: `a whole number from 1 to 256`. Faults say `must be ${expected}`. */
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
  pinnedCheck?: (value: unknown) => CheckedValue<number>;
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

type WithoutChecks<Entry> = Entry extends unknown ? Omit<Entry, 'check' | 'pinnedCheck' | 'isItem'> : never;

/** An entry as data, which can be sent to the page: the app checks what is typed there. */
export type SettingData = WithoutChecks<Setting>;

/** The text of a value, as users type it. */
export function settingText(value: boolean | number | string | readonly string[] | null): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return value === null ? '' : String(value);
}

type Options<Value, Shown extends boolean> = SettingOptions<Value, Shown>;

/** On or off. */
export function toggle<Shown extends boolean = true>(options: Options<boolean, Shown>): ToggleSetting<Shown> {
  const expected = 'on or off';
  const check = checkOf((value): value is boolean => typeof value === 'boolean', expected);
  return { ...completed(options), kind: 'toggle', check, expected };
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
    ...(pinnedMin === undefined ? {} : pinned(bounded({ min: pinnedMin, max }, noun, true))),
  };
}

/** A whole number or, where the field is left empty, null. */
export function optionalInteger<Shown extends boolean = true>(
  options: Options<number | null, Shown> & Omit<NumberBounds, 'pinnedMin'>,
): NumberSetting<number | null, Shown> {
  const { min, above, max, noun = 'whole number', ...rest } = options;
  const { check, expected } = bounded({ min, above, max }, noun, true);
  return {
    ...completed<number | null, Shown>(rest),
    kind: 'number',
    optional: true,
    check: (value) => (value === null ? { value } : check(value)),
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
  const isValid = (value: string) => value.length <= maxLength && (check?.test(value) ?? true);
  return {
    ...completed<string, Shown>(rest),
    kind: 'text',
    check: (value) => {
      const trimmed = typeof value === 'string' ? value.trim() : undefined;
      return trimmed !== undefined && isValid(trimmed) ? { value: trimmed } : { fault: `must be ${expected}` };
    },
    expected,
  };
}

/** One of a few values. */
export function choice<const Name extends string, Shown extends boolean = true>(
  options: Options<NoInfer<Name>, Shown> & { choices: Readonly<Record<Name, string>> },
): ChoiceSetting<Name, Shown> {
  const { choices, ...rest } = options;
  const names = Object.keys(choices) as Name[];
  const expected = `one of ${names.join(', ')}`;
  const check = checkOf((value): value is Name => names.some((name) => name === value), expected);
  return { ...completed<Name, Shown>(rest), kind: 'choice', choices, check, expected };
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
  return {
    ...completed<string[], Shown>(rest),
    kind: 'list',
    check: (value) => {
      const items = Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
      const trimmed = items?.map((item) => item.trim());
      const isValid = trimmed?.every((item) => item !== '' && isItem(item));
      return trimmed && isValid ? { value: trimmed } : { fault: `must be ${expected}` };
    },
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

interface NumberCheck {
  check: (value: unknown) => CheckedValue<number>;
  expected: string;
}

function bounded(
  { min = 0, above, max }: { min?: number | undefined; above?: number | undefined; max: number },
  noun: string,
  whole: boolean,
): NumberCheck {
  const range =
    above === undefined ? `from ${count(min)} to ${count(max)}` : `above ${count(above)} and at most ${count(max)}`;
  const expected = `a ${noun} ${range}`;
  const isValid = (value: unknown): value is number =>
    (whole ? Number.isInteger(value) : Number.isFinite(value)) &&
    (above === undefined ? Number(value) >= min : Number(value) > above) &&
    Number(value) <= max;
  return { check: checkOf(isValid, expected), expected };
}

function pinned({ check, expected }: NumberCheck) {
  return { pinnedCheck: check, pinnedExpected: expected };
}

function checkOf<Value>(isValid: (value: unknown) => value is Value, expected: string) {
  return (value: unknown): CheckedValue<Value> => (isValid(value) ? { value } : { fault: `must be ${expected}` });
}

/** `10,000`. Not by toLocaleString: its tables take longer to load than the rest of the `claudacity status` command. */
function count(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, ',');
}
