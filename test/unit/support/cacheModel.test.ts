/** The model of the API's prompt cache with which the tests of test/api/promptCache*.test.ts compare requests. */
import { beforeEach, expect, test } from 'vitest';
import { type CacheModel, createCacheModel } from '../../support/cacheModel';

let cache: CacheModel;

beforeEach(() => {
  cache = createCacheModel();
});

const block = (text: string, ttl?: '5m' | '1h') => ({
  type: 'text',
  text,
  ...(ttl && { cache_control: ttl === '1h' ? { type: 'ephemeral', ttl } : { type: 'ephemeral' } }),
});
const body = (...content: ReturnType<typeof block>[]) => ({ model: 'sonnet', messages: [{ role: 'user', content }] });
const filler = (count: number) => Array.from({ length: count }, (_, at) => block(`filler ${at}`));

test('a prefix is read where it ends at a breakpoint of an earlier request', () => {
  cache.use(body(block('a', '5m'), block('b')));

  expect(cache.use(body(block('a'), block('c', '5m')))).toMatchObject({ blocks: 2, hit: 1 });
  expect(cache.use(body(block('a'), block('b', '5m')))).toMatchObject({ hit: 1 });
  expect(cache.use(body(block('x'), block('c', '5m')))).toMatchObject({ hit: 0 });
});

test('a prefix is found up to 20 blocks ahead of a breakpoint', () => {
  cache.use(body(block('a', '5m')));

  expect(cache.use(body(block('a'), ...filler(19), block('z', '5m')))).toMatchObject({ hit: 1 });
  expect(cache.use(body(block('a'), ...filler(20), block('y', '5m')))).toMatchObject({ hit: 0 });
});

test.each([
  ['five breakpoints', ['5m', '5m', '5m', '5m', '5m'], /maximum of 4/],
  ['an hour behind five minutes', ['5m', '1h'], /must not come after/],
  ['four breakpoints', ['1h', '1h', '5m', '5m'], undefined],
] as const)('%s', (_, lifetimes, refusal) => {
  const use = cache.use(body(...lifetimes.map((lifetime, at) => block(`${at}`, lifetime))));

  if (refusal) expect(use.refusal).toMatch(refusal);
  else expect(use.refusal).toBeUndefined();
});
