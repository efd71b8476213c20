/**
 * The subscriptions of one window's page. They end with the page: when it is reloaded or crashes, and when its window is closed.
 * While the window is hidden, the page gets nothing; when it is shown again, one snapshot for each subscription.
 */
import type { WebContents } from 'electron';
import type { Subscription, Topics } from '../../core/topics';
import type { Topic } from '../../shared/contract';
import { UPDATE_CHANNEL } from './channels';

/** The part of Electron's `WebContents` that is used here. */
export type PageContents = Pick<WebContents, 'send' | 'on' | 'isDestroyed'>;

export interface PageSubscriptions {
  /** @param id the page's number for the subscription; an open one of that number ends. */
  subscribe(id: number, topics: readonly Topic[]): void;
  unsubscribe(id: number): void;
  setVisible(visible: boolean): void;
}

export function pageSubscriptions(topics: Pick<Topics, 'subscribe'>, contents: PageContents): PageSubscriptions {
  const subscriptions = new Map<number, Subscription>();
  let visible = true;

  const unsubscribe = (id: number) => {
    subscriptions.get(id)?.close();
    subscriptions.delete(id);
  };
  const unsubscribeAll = () => {
    for (const id of subscriptions.keys()) unsubscribe(id);
  };
  // Another document has taken the place of the page. When a navigation starts is too early: the window refuses all that leave the page.
  contents.on('did-navigate', unsubscribeAll);
  contents.on('render-process-gone', unsubscribeAll);
  contents.on('destroyed', unsubscribeAll);

  return {
    subscribe(id, names) {
      unsubscribe(id);
      const send = (update: unknown) => {
        if (!contents.isDestroyed()) contents.send(UPDATE_CHANNEL, id, update);
      };
      subscriptions.set(id, topics.subscribe(names, send, { paused: !visible }));
    },
    unsubscribe,
    setVisible(nowVisible) {
      visible = nowVisible;
      for (const subscription of subscriptions.values()) {
        if (visible) subscription.resume();
        else subscription.pause();
      }
    },
  };
}
