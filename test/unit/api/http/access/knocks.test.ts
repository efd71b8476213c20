import { expect, test } from 'vitest';
import { createKnocks, type KnockAttempt } from '../../../../../app/api/http/access/knocks';

function attempt(change: Partial<KnockAttempt> = {}): KnockAttempt {
  return {
    ...{
      address: '192.168.1.7',
      from: 'network',
      reason: 'noKey',
      value: '',
      client: 'curl',
      remedies: [],
      keyHelps: true,
    },
    ...change,
  };
}

function testKnocks() {
  let now = 1_000;
  let changes = 0;
  const knocks = createKnocks({ onChange: () => (changes += 1), now: () => (now += 1) });
  return { knocks, changes: () => changes };
}

test('requests of one address with one reason are one knock, with its first and last time and its latest client', () => {
  const { knocks, changes } = testKnocks();
  knocks.add(attempt());
  knocks.add(attempt({ reason: 'origin', value: 'https://a.example' }));
  knocks.add(attempt({ client: 'phone' }));
  expect(knocks.list()).toMatchObject([
    { reason: 'noKey', client: 'phone', count: 2, firstAt: 1_001, lastAt: 1_003 },
    { reason: 'origin', value: 'https://a.example', count: 1 },
  ]);
  expect(changes()).toBe(3);
});

test('a dismissed knock is gone, and begins anew', () => {
  const { knocks } = testKnocks();
  knocks.add(attempt());
  const [first] = knocks.list();
  knocks.dismiss(first?.id ?? '');
  expect(knocks.list()).toEqual([]);
  knocks.add(attempt());
  expect(knocks.list()[0]).toMatchObject({ count: 1 });
  expect(knocks.list()[0]?.id).not.toBe(first?.id);
});

test('a page with countless names takes no more than its share, and a flood of addresses does not push out who came often', () => {
  const { knocks } = testKnocks();
  for (let i = 0; i < 5; i += 1) knocks.add(attempt({ client: 'phone' }));
  for (let i = 0; i < 1_000; i += 1)
    knocks.add(attempt({ address: '127.0.0.1', reason: 'host', value: `${i}.evil.example` }));
  expect(knocks.list().filter(({ address }) => address === '127.0.0.1')).toHaveLength(12);
  for (let i = 0; i < 1_000; i += 1) knocks.add(attempt({ address: `2001:db8::${i.toString(16)}` }));
  expect(knocks.list()).toHaveLength(60);
  expect(knocks.list().find(({ client }) => client === 'phone')).toMatchObject({ count: 5 });
});

test('a long value is shortened', () => {
  const { knocks } = testKnocks();
  knocks.add(attempt({ reason: 'host', value: 'x'.repeat(16_000) }));
  expect(knocks.list()[0]?.value).toHaveLength(200);
});
