/**
 * What can be typed into the search box in place of the menu: `client:curl`, `model:opus`, `outcome:"broke off"`, `key:none`, `served:live`,
 * `dialect:openai`, `conversation:ID`, `since:2h`, `until:14:30`. The rest is text to search for.
 */
import type { FilterValues, RequestFilter } from '../../../app/shared/contract';
import { OUTCOME_WORDS, REQUEST_OUTCOMES } from '../../../app/shared/requests/outcomes';
import { ANY_FAILURE, addValue, type FilterField, type FilterNames, isListField, SERVED_WORDS } from './filterParts';
import { parseMoment } from './parseMoment';

/** The values that occur in the log, with the names of the dialects. */
export interface KnownValues extends FilterNames {
  clients: FilterValues['clients'];
  models: FilterValues['models'];
}

export interface TypedFilter {
  filter: RequestFilter;
  /** What stays in the box. */
  words: string;
  /** What is wrong with a typed filter, in words; null where nothing is. */
  fault: string | null;
}

const TYPED = /(^|\s)([a-z]+):(?:"([^"]*)"|([^\s"]+))(?=\s|$)/gi;

/**
 * Takes the typed filters out of the text. Until the user presses Enter, the last one is not taken unless a space or a quotation mark ends it:
 * they may still be typing.
 */
export function takeTypedFilters(
  text: string,
  filter: RequestFilter,
  known: KnownValues,
  { entered, now }: { entered: boolean; now: number },
): TypedFilter {
  let taken = filter;
  let fault: string | null = null;
  const words = text.replace(TYPED, (typed, space: string, name: string, quoted?: string, bare?: string, at = 0) => {
    const field = name.toLowerCase();
    if (!isTypedField(field)) return typed;
    const isOpen = quoted === undefined && at + typed.length === text.length;
    if (isOpen && !entered) return typed;
    const given = quoted ?? bare ?? '';
    const value = resolveValue(field, given, known, now);
    if (value === null) {
      fault ??= faultText(field, given);
      return typed;
    }
    taken = addValue(taken, field, value);
    return space;
  });
  return { filter: taken, words: taken === filter ? text : words.replace(/\s+/g, ' ').trimStart(), fault };
}

function isTypedField(field: string): field is FilterField {
  return isListField(field) || field === 'conversation' || field === 'since' || field === 'until';
}

/** null where there is no such value. */
function resolveValue(field: FilterField, given: string, known: KnownValues, now: number): string | null {
  switch (field) {
    case 'since':
    case 'until':
      return parseMoment(given, now)?.toString() ?? null;
    case 'client':
      return spelledAs(known.clients, given) ?? given;
    case 'model':
      return spelledAs(known.models, given) ?? given;
    case 'key': {
      if (given === '' || given.toLowerCase() === 'none') return '';
      const key = known.keys.find(({ id, name }) => id === given || isSame(name, given));
      return key?.id ?? null;
    }
    case 'dialect':
      return known.dialects.find(({ name, title }) => isSame(name, given) || isSame(title, given))?.name ?? null;
    case 'outcome': {
      if (['failure', 'error', 'errors', 'any failure'].includes(given.toLowerCase())) return ANY_FAILURE;
      return REQUEST_OUTCOMES.find((one) => isSame(one, given) || isSame(OUTCOME_WORDS[one], given)) ?? null;
    }
    case 'served':
      return Object.entries(SERVED_WORDS).find(([one, word]) => isSame(one, given) || isSame(word, given))?.[0] ?? null;
    default:
      return given;
  }
}

function faultText(field: FilterField, given: string): string {
  if (field === 'since' || field === 'until')
    return `“${given}” is no time. Write 15m, 2h, 3d, today, 14:30 or 2026-11-22.`;
  if (field === 'outcome')
    return `No outcome is called “${given}”. Write failure, or one of ${Object.values(OUTCOME_WORDS).slice(2).join(', ')}.`;
  if (field === 'served')
    return `“${given}” is no way to serve a request. Write ${Object.keys(SERVED_WORDS).join(', ')}.`;
  return `No ${field} is called “${given}”.`;
}

function spelledAs(values: readonly string[], given: string): string | undefined {
  return values.find((value) => isSame(value, given));
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
