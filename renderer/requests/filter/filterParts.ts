/** The parts of a filter as the window shows them: each value is a chip that can be added and removed. */
import type { DialectTitle, RequestFilter, RequestOutcome, RequestRow } from '../../../app/shared/contract';
import { FAILURE_OUTCOMES, OUTCOME_WORDS, REQUEST_OUTCOMES } from '../../../app/shared/requests/outcomes';
import { formatTime } from '../../ui/format';

/** The lists of a filter by the words that name them in the window and in the search box. */
const LISTS = {
  client: 'clients',
  key: 'keys',
  dialect: 'dialects',
  model: 'models',
  outcome: 'outcomes',
  served: 'served',
} as const;

export type ListField = keyof typeof LISTS;
export type FilterField = 'text' | ListField | 'conversation' | 'since' | 'until' | 'answers';

export interface FilterChip {
  field: FilterField;
  /** What `removeValue` takes. */
  value: string;
  /** How the chip reads: `outcome` and `broke off`. */
  name: string;
  label: string;
}

/** What the window calls keys and dialects. */
export interface FilterNames {
  keys: readonly { id: string; name: string }[];
  dialects: readonly DialectTitle[];
}

export const SERVED_WORDS: Readonly<Record<NonNullable<RequestRow['served']>, string>> = {
  new: 'new process',
  replay: 'replayed history',
  rewind: 'cut-back history',
  live: 'live process',
};

/** Stands for all outcomes of failed requests. */
export const ANY_FAILURE = 'failure';

export function isListField(field: string): field is ListField {
  return Object.hasOwn(LISTS, field);
}

/** The values of one list of the filter. */
export function listOf(filter: RequestFilter, field: ListField): readonly string[] {
  return filter[LISTS[field]] ?? [];
}

/** The filter with one more value; the same filter where it has the value or the field does not know it. */
export function addValue(filter: RequestFilter, field: FilterField, value: string): RequestFilter {
  if (field === 'text') return { ...filter, text: [filter.text, value].filter(Boolean).join(' ') };
  if (field === 'conversation') return { ...filter, conversation: value };
  if (field === 'since' || field === 'until') return { ...filter, [field]: Number(value) };
  if (field === 'answers') return { ...filter, onlyAnswers: true };
  const before = listOf(filter, field);
  const added = field === 'outcome' && value === ANY_FAILURE ? FAILURE_OUTCOMES : [value];
  if (!added.every((one) => isValueOf(field, one))) return filter;
  return { ...filter, [LISTS[field]]: [...new Set([...before, ...added])] };
}

export function removeValue(filter: RequestFilter, field: FilterField, value: string): RequestFilter {
  if (field === 'answers') return without(filter, 'onlyAnswers');
  if (!isListField(field)) return without(filter, field);
  const removed: readonly string[] = field === 'outcome' && value === ANY_FAILURE ? FAILURE_OUTCOMES : [value];
  const rest = listOf(filter, field).filter((one) => !removed.includes(one));
  return rest.length > 0 ? { ...filter, [LISTS[field]]: rest } : without(filter, LISTS[field]);
}

export function hasValue(filter: RequestFilter, field: ListField, value: string): boolean {
  const list = listOf(filter, field);
  return field === 'outcome' && value === ANY_FAILURE
    ? FAILURE_OUTCOMES.every((outcome) => list.includes(outcome))
    : list.includes(value);
}

/** The chips of a filter, in the order of its parts. @param now ms since the epoch */
export function filterChips(filter: RequestFilter, names: FilterNames, now: number): FilterChip[] {
  const chips: FilterChip[] = [];
  if (filter.text) chips.push({ field: 'text', value: filter.text, name: 'text', label: filter.text });
  for (const field of Object.keys(LISTS).filter(isListField)) {
    const anyFailure = field === 'outcome' && hasValue(filter, field, ANY_FAILURE);
    if (anyFailure) chips.push({ field, value: ANY_FAILURE, name: 'outcome', label: 'any failure' });
    for (const value of listOf(filter, field)) {
      if (anyFailure && FAILURE_OUTCOMES.some((outcome) => outcome === value)) continue;
      chips.push({ field, value, name: field, label: valueLabel(field, value, names) });
    }
  }
  const { conversation, since, until, onlyAnswers } = filter;
  if (conversation !== undefined)
    chips.push({ field: 'conversation', value: conversation, name: 'conversation', label: conversation });
  if (since !== undefined)
    chips.push({ field: 'since', value: String(since), name: 'since', label: formatTime(since, now) });
  if (until !== undefined)
    chips.push({ field: 'until', value: String(until), name: 'until', label: formatTime(until, now) });
  if (onlyAnswers) chips.push({ field: 'answers', value: '', name: 'only', label: 'questions to a model' });
  return chips;
}

/** A value of a list in words. */
export function valueLabel(field: ListField, value: string, names: FilterNames): string {
  if (field === 'key') return value === '' ? 'none' : (names.keys.find(({ id }) => id === value)?.name ?? value);
  if (field === 'dialect') return names.dialects.find(({ name }) => name === value)?.title ?? value;
  if (field === 'outcome') return value === ANY_FAILURE ? 'any failure' : OUTCOME_WORDS[value as RequestOutcome];
  if (field === 'served') return SERVED_WORDS[value as keyof typeof SERVED_WORDS];
  return value === '' ? 'none' : value;
}

/** Reads a filter that another page has sent; null where it is none. Parts that the page does not know are left out. */
export function readFilter(json: string): RequestFilter | null {
  let parts: unknown;
  try {
    parts = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof parts !== 'object' || parts === null) return null;
  const given = parts as Record<string, unknown>;
  let filter: RequestFilter = {};
  for (const field of ['text', 'conversation'] as const) {
    const value = given[field];
    if (typeof value === 'string' && value !== '') filter = { ...filter, [field]: value };
  }
  for (const field of ['since', 'until'] as const) {
    const value = given[field];
    if (typeof value === 'number' && Number.isFinite(value)) filter = { ...filter, [field]: value };
  }
  for (const field of Object.keys(LISTS).filter(isListField)) {
    const values = given[LISTS[field]];
    if (!Array.isArray(values)) continue;
    for (const value of values) if (typeof value === 'string') filter = addValue(filter, field, value);
  }
  return given.onlyAnswers === true ? { ...filter, onlyAnswers: true } : filter;
}

function isValueOf(field: ListField, value: string): boolean {
  if (field === 'outcome') return REQUEST_OUTCOMES.includes(value as RequestOutcome);
  return field !== 'served' || Object.hasOwn(SERVED_WORDS, value);
}

function without<K extends keyof RequestFilter>(filter: RequestFilter, part: K): Omit<RequestFilter, K> {
  const { [part]: _removed, ...rest } = filter;
  return rest;
}
