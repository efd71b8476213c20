/** A page's subscriptions end with the page, and rest while its window is hidden. */
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { Subscription, Topics } from '../../../../app/core/topics';
import { type PageContents, pageSubscriptions } from '../../../../app/desktop/window/pageSubscriptions';

/** A window's page and a hub, of which only the traffic between them is seen. */
function page() {
  const contents = Object.assign(new EventEmitter(), {
    sent: [] as unknown[][],
    destroyed: false,
    send(...message: unknown[]) {
      contents.sent.push(message);
    },
    isDestroyed: () => contents.destroyed,
  });
  const open = new Map<unknown, { topics: readonly string[]; state: string; send: (update: unknown) => void }>();
  const topics: Pick<Topics, 'subscribe'> = {
    subscribe(names, listener, options): Subscription {
      const key = Symbol();
      const entry = {
        topics: names,
        state: options?.paused ? 'paused' : 'open',
        send: listener as (update: unknown) => void,
      };
      open.set(key, entry);
      return {
        pause() {
          entry.state = 'paused';
        },
        resume() {
          entry.state = 'open';
        },
        close: () => void open.delete(key),
      };
    },
  };
  const subscriptions = pageSubscriptions(topics, contents as unknown as PageContents);
  return { contents, subscriptions, open: () => [...open.values()] };
}

test('updates carry the number of their subscription', () => {
  const { contents, subscriptions, open } = page();
  subscriptions.subscribe(7, ['server']);
  open()[0]?.send({ snapshot: false, values: {} });
  expect(contents.sent).toEqual([['claudacity:update', 7, { snapshot: false, values: {} }]]);
});

test.each([
  ['is reloaded', 'did-navigate', {}],
  ['crashes', 'render-process-gone', {}],
  ['is closed with its window', 'destroyed', {}],
])('when the page %s, nothing is left', (_what, event, details) => {
  const { contents, subscriptions, open } = page();
  subscriptions.subscribe(1, ['server']);
  subscriptions.subscribe(2, ['requests', 'usage']);
  contents.emit(event, details);
  expect(open()).toEqual([]);
});

test('a navigation that is refused leaves the subscriptions', () => {
  const { contents, subscriptions, open } = page();
  subscriptions.subscribe(1, ['server']);
  contents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
  expect(open()).toHaveLength(1);
});

test('unsubscribing ends one subscription, and a number used again replaces it', () => {
  const { subscriptions, open } = page();
  subscriptions.subscribe(1, ['server']);
  subscriptions.subscribe(2, ['cli']);
  subscriptions.unsubscribe(1);
  subscriptions.unsubscribe(1);
  subscriptions.subscribe(2, ['usage']);
  expect(open().map(({ topics }) => topics)).toEqual([['usage']]);
});

test('while the window is hidden, old and new subscriptions are paused', () => {
  const { subscriptions, open } = page();
  subscriptions.subscribe(1, ['server']);
  subscriptions.setVisible(false);
  subscriptions.subscribe(2, ['cli']);
  expect(open().map(({ state }) => state)).toEqual(['paused', 'paused']);
  subscriptions.setVisible(true);
  expect(open().map(({ state }) => state)).toEqual(['open', 'open']);
});

test('nothing is sent to a page that is gone', () => {
  const { contents, subscriptions, open } = page();
  subscriptions.subscribe(1, ['server']);
  contents.destroyed = true;
  open()[0]?.send({});
  expect(contents.sent).toEqual([]);
});
