import { describe, expect, it } from 'vitest';
import type { RequestFilter, RequestRow } from '../../../../app/shared/contract';
import { isPoll } from '../../../../app/shared/requests/isPoll';
import { FAILURE_OUTCOMES } from '../../../../app/shared/requests/outcomes';
import {
  ANY_FAILURE,
  addValue,
  filterChips,
  hasValue,
  readFilter,
  removeValue,
} from '../../../../renderer/requests/filter/filterParts';
import { takeTypedFilters } from '../../../../renderer/requests/filter/filterSyntax';
import { parseMoment } from '../../../../renderer/requests/filter/parseMoment';
import { isEmptyFilter, rowTest } from '../../../../renderer/requests/filter/rowFilter';
import { cellFilter, filterEntries } from '../../../../renderer/requests/filter/rowValues';
import { requestRow } from '../../../support/rendererDev/requestRow';

const NOON = new Date(2026, 10, 22, 12, 0).getTime();
const KNOWN = {
  clients: ['Open WebUI', 'curl'],
  models: ['sonnet'],
  keys: [{ id: 'k1', name: 'Laptop' }],
  dialects: [{ name: 'openai', title: 'OpenAI' }],
};
const typed = (text: string, entered = true, filter: RequestFilter = {}) =>
  takeTypedFilters(text, filter, KNOWN, { entered, now: NOON });

describe('a filter that is typed', () => {
  it.each<[string, RequestFilter]>([
    ['client:curl', { clients: ['curl'] }],
    ['client:"open webui"', { clients: ['Open WebUI'] }],
    ['client:unheard-of', { clients: ['unheard-of'] }],
    ['model:SONNET', { models: ['sonnet'] }],
    ['key:laptop', { keys: ['k1'] }],
    ['key:none', { keys: [''] }],
    ['dialect:OpenAI', { dialects: ['openai'] }],
    ['served:live', { served: ['live'] }],
    ['outcome:"broke off"', { outcomes: ['broke_off'] }],
    ['outcome:hung_up', { outcomes: ['hung_up'] }],
    ['outcome:failure', { outcomes: FAILURE_OUTCOMES }],
    ['conversation:c1', { conversation: 'c1' }],
    ['since:2h', { since: NOON - 7_200_000 }],
    ['until:14:30', { until: new Date(2026, 10, 22, 14, 30).getTime() }],
  ])('%s becomes a chip', (text, filter) => expect(typed(text)).toEqual({ filter, words: '', fault: null }));

  it('is not taken while it may still be typed', () => {
    expect(typed('client:cu', false).words).toBe('client:cu');
    expect(typed('client:curl ', false)).toEqual({ filter: { clients: ['curl'] }, words: '', fault: null });
    expect(typed('client:"Open W', false).filter).toEqual({});
  });

  it('leaves the other words, and adds to what is there', () => {
    expect(typed('rust client:curl borrow', true, { clients: ['Zed'] })).toEqual({
      filter: { clients: ['Zed', 'curl'] },
      words: 'rust borrow',
      fault: null,
    });
  });

  it.each(['http://a', 'price:10', 'client:'])('%s is text', (text) =>
    expect(typed(text)).toEqual({ filter: {}, words: text, fault: null }),
  );

  it.each(['outcome:great', 'key:nobody', 'since:soon', 'served:hot', 'dialect:morse'])(
    '%s says what is wrong',
    (text) => {
      const { filter, words, fault } = typed(text);
      expect([filter, words]).toEqual([{}, text]);
      expect(fault).toContain(text.split(':')[1]);
    },
  );
});

describe('a typed moment', () => {
  it.each([
    ['15m', NOON - 15 * 60_000],
    ['3 d', NOON - 3 * 86_400_000],
    ['2hours', NOON - 7_200_000],
    ['today', new Date(2026, 10, 22).getTime()],
    ['yesterday', new Date(2026, 10, 21).getTime()],
    ['9:05', new Date(2026, 10, 22, 9, 5).getTime()],
    ['2026-11-20', new Date(2026, 10, 20).getTime()],
    ['2026-11-20T08:15', new Date(2026, 10, 20, 8, 15).getTime()],
  ])('%s is understood', (text, at) => expect(parseMoment(text, NOON)).toBe(at));

  it.each(['', '25:00', '2026-13-45', 'tomorrow', '5x'])('“%s” is none', (text) =>
    expect(parseMoment(text, NOON)).toBeNull(),
  );
});

describe('the chips of a filter', () => {
  const labels = (filter: RequestFilter) =>
    filterChips(filter, KNOWN, NOON).map(({ name, label }) => `${name}: ${label}`);

  it('name each value in words', () => {
    const filter = {
      text: 'rust',
      clients: ['curl'],
      keys: ['', 'k1'],
      dialects: ['openai'],
      outcomes: ['broke_off'] as const,
    };
    expect(labels(filter)).toEqual([
      'text: rust',
      'client: curl',
      'key: none',
      'key: Laptop',
      'dialect: OpenAI',
      'outcome: broke off',
    ]);
  });

  it('make one of all failures', () => {
    const filter = addValue({ outcomes: ['hung_up'] }, 'outcome', ANY_FAILURE);
    expect(labels(filter)).toEqual(['outcome: any failure', 'outcome: client left']);
    expect(removeValue(filter, 'outcome', ANY_FAILURE)).toEqual({ outcomes: ['hung_up'] });
  });

  it('are all removed again one by one', () => {
    let filter: RequestFilter = {
      text: 'a',
      models: ['m', 'n'],
      served: ['live'],
      conversation: 'c',
      since: 1,
      until: 2,
      onlyAnswers: true,
    };
    for (const { field, value } of filterChips(filter, KNOWN, NOON)) filter = removeValue(filter, field, value);
    expect(filter).toEqual({});
  });

  it('do not take a value that there is not', () => {
    expect(addValue({}, 'outcome', 'great')).toEqual({});
    expect(hasValue({ outcomes: ['failed'] }, 'outcome', ANY_FAILURE)).toBe(false);
  });
});

describe('a filter that another page sends', () => {
  it('keeps what it knows and leaves out the rest', () => {
    const json = JSON.stringify({
      outcomes: ['failed', 'great'],
      clients: [3, 'curl'],
      since: 'x',
      until: 5,
      more: 1,
      onlyAnswers: true,
    });
    expect(readFilter(json)).toEqual({ outcomes: ['failed'], clients: ['curl'], until: 5, onlyAnswers: true });
  });

  it.each(['', 'null', '[', '3'])('is none where it is %s', (json) => expect(readFilter(json)).toBeNull());
});

describe('the test of a row', () => {
  const passes = (row: Partial<RequestRow>, filter: RequestFilter, found: string[] = []) =>
    rowTest(filter, (id) => found.includes(id))(requestRow(row));

  it('wants every word, in what the row shows, without regard to capitals', () => {
    const row = { client: 'Open WebUI', asked: 'Why does Rust borrow twice?', keyName: 'Laptop' };
    expect(passes(row, { text: 'webui RUST laptop' })).toBe(true);
    expect(passes(row, { text: 'rust haiku' })).toBe(false);
  });

  it('lets a row pass whose stored text the app has found, unless another part of the filter does not hold', () => {
    expect(passes({ id: 'r1' }, { text: 'hidden' }, ['r1'])).toBe(true);
    expect(passes({ id: 'r1' }, { text: 'hidden', models: ['opus'] }, ['r1'])).toBe(false);
  });

  it('has nothing to test where the filter is empty', () => {
    expect(isEmptyFilter({ text: '', onlyAnswers: false })).toBe(true);
    expect(isEmptyFilter({ keys: [''] })).toBe(false);
  });
});

describe('a poll', () => {
  it('asks no model and has not failed', () => {
    const poll = { method: 'GET', path: '/api/tags', model: '' };
    expect(isPoll(requestRow(poll))).toBe(true);
    expect(isPoll(requestRow({ ...poll, method: 'HEAD', path: '/' }))).toBe(true);
    expect(isPoll(requestRow({ method: 'POST', path: '/api/show' }))).toBe(true);
    expect(isPoll(requestRow({ ...poll, phase: 'failed' }))).toBe(false);
    expect(isPoll(requestRow({}))).toBe(false);
  });
});

describe('the values of a row', () => {
  const row = requestRow({
    client: 'Zed',
    model: 'opus',
    conversation: 'c1',
    served: 'live',
    keyId: 'k',
    keyName: 'Desk',
  });

  it('are those of its cells', () => {
    expect(cellFilter(row, 'c-client')).toEqual({ field: 'client', value: 'Zed' });
    expect(cellFilter(row, 'c-outcome')).toEqual({ field: 'outcome', value: 'answered' });
    expect(cellFilter(row, 'c-out')).toBeNull();
    expect(cellFilter(requestRow({ model: '' }), 'c-model')).toBeNull();
  });

  it('make the entries of its menu', () => {
    expect(filterEntries(row, 'Ollama').map(({ field }) => field)).toEqual([
      ...['client', 'key', 'model', 'outcome', 'dialect', 'served', 'conversation', 'since'],
    ]);
    expect(filterEntries(requestRow({ model: '' }), 'Ollama').map(({ field }) => field)).toEqual([
      'client',
      'outcome',
      'dialect',
      'since',
    ]);
  });
});
