/** What a subscriber gets, and how often. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTopics, type TopicSources } from '../../../app/core/topics';
import type { TopicUpdate } from '../../../app/shared/contract';
import { emptyDay } from '../../../app/store/usageTable';
import { appSettings } from '../../support/rendererDev/appSettings';
import { requestRow } from '../../support/rendererDev/requestRow';
import { updateState } from '../../support/rendererDev/services';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function hub() {
  const state = { spares: 0, requests: [requestRow({ id: 'old' })] };
  const sources: TopicSources = {
    app: () => ({ version: '1', platform: 'linux', dialects: [] }),
    server: () => ({ phase: 'stopped', host: '127.0.0.1', port: 1, url: 'http://127.0.0.1:1' }),
    cli: () => ({ phase: 'ready' }),
    accounts: () => ({ accounts: [], problem: null }),
    planWindows: () => [],
    requests: () => state.requests,
    conversations: () => [],
    spares: () => state.spares,
    usage: () => emptyDay('2026-11-22'),
    storage: () => ({ quarantined: [] }),
    asks: () => ({ turns: [] }),
    trials: () => ({ turns: [] }),
    update: () => updateState(),
    keys: () => ({ keys: [], problem: null }),
    settings: () => appSettings(),
    pinned: () => ({}),
    runSettings: () => ({ changed: [], added: {} }),
    knocks: () => [],
  };
  const topics = createTopics(sources);
  const updates: TopicUpdate[] = [];
  return { state, topics, updates, record: (update: TopicUpdate) => void updates.push(update) };
}

test('the first update is a snapshot of the topics that were subscribed to, and no others', () => {
  const { topics, updates, record } = hub();
  topics.subscribe(['spares', 'cli'], record);
  expect(updates).toEqual([{ snapshot: true, values: { spares: 0, cli: { phase: 'ready' } } }]);
});

test('changes come as one update in 50 ms, with the values at that time', () => {
  const { state, topics, updates, record } = hub();
  topics.subscribe(['spares'], record);
  for (state.spares = 1; state.spares < 9; state.spares++) topics.changed('spares');
  vi.advanceTimersByTime(49);
  expect(updates).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(updates[1]).toEqual({ snapshot: false, values: { spares: 9 } });
  topics.changed('spares');
  vi.advanceTimersByTime(49);
  expect(updates).toHaveLength(2);
});

test('a change of another topic sends nothing', () => {
  const { topics, updates, record } = hub();
  topics.subscribe(['spares'], record);
  topics.changed('cli');
  topics.requestChanged(requestRow());
  vi.advanceTimersByTime(1000);
  expect(updates).toHaveLength(1);
});

test('requests carries the newest rows at first and then the changed ones, each once', () => {
  const { topics, updates, record } = hub();
  topics.subscribe(['requests'], record);
  topics.requestChanged(requestRow({ id: 'a', phase: 'waiting' }));
  topics.requestChanged(requestRow({ id: 'b' }));
  topics.requestChanged(requestRow({ id: 'a', phase: 'done' }));
  vi.advanceTimersByTime(50);
  expect(updates.map(({ values }) => values.requests?.map(({ id, phase }) => [id, phase]))).toEqual([
    [['old', 'done']],
    [
      ['a', 'done'],
      ['b', 'done'],
    ],
  ]);
});

test('a paused subscription gets nothing, and one snapshot when it is resumed', () => {
  const { state, topics, updates, record } = hub();
  const subscription = topics.subscribe(['spares', 'requests'], record);
  topics.changed('spares');
  subscription.pause();
  topics.requestChanged(requestRow({ id: 'a' }));
  vi.advanceTimersByTime(1000);
  expect(updates).toHaveLength(1);
  state.spares = 3;
  subscription.resume();
  subscription.resume();
  vi.advanceTimersByTime(1000);
  expect(updates.slice(1)).toEqual([{ snapshot: true, values: { spares: 3, requests: state.requests } }]);
});

test('a closed subscription gets nothing more, not even what was pending, and is forgotten', () => {
  const { topics, updates, record } = hub();
  const subscription = topics.subscribe(['spares'], record);
  topics.changed('spares');
  subscription.close();
  subscription.resume();
  topics.changed('spares');
  vi.advanceTimersByTime(1000);
  expect([updates.length, topics.subscriptions, vi.getTimerCount()]).toEqual([1, 0, 0]);
});

test('the desktop shell provides the topic that the core does not have', () => {
  const { topics, updates, record } = hub();
  topics.provide('loginItem', () => ({ supported: true, enabled: true }));
  topics.subscribe(['loginItem'], record);
  expect(updates[0]?.values.loginItem?.enabled).toBe(true);
});
