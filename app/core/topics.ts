/**
 * The hub of topics. A subscriber gets a snapshot of its topics, then their changes in batches, so that a burst of tokens is one
 * message to the window instead of one per token. The desktop shell connects windows to it.
 */
import type { DesktopTopic, RequestRow, Topic, TopicUpdate, TopicValues } from '../shared/contract';

/** Reads the current value of each topic. Those of the desktop are provided by the desktop shell. */
export type TopicSources = { readonly [T in Exclude<Topic, DesktopTopic>]: () => TopicValues[T] };

export interface Subscription {
  /** Sends nothing until `resume`; changes in between are dropped. */
  pause(): void;
  /** Sends a snapshot, then changes again. Does nothing while the subscription is not paused. */
  resume(): void;
  close(): void;
}

export interface Topics {
  /** Sets how the value of a topic is read. */
  provide<T extends Topic>(topic: T, read: () => TopicValues[T]): void;
  /** The current values. @throws Error where a topic has no source. */
  read<T extends Topic>(topics: readonly T[]): Pick<TopicValues, T>;
  /** Reports changes. The values are read when the next batch is sent. */
  changed(...topics: Exclude<Topic, 'requests'>[]): void;
  /** Reports that a row of the request log is new or has changed. */
  requestChanged(row: RequestRow): void;
  /**
   * Calls the listener with a snapshot before it returns, unless the subscription begins paused; then with changes, at most once in 50 ms. While many
   * rows of the request log change, at most once in 200 ms: nobody reads them one by one, and each update makes the page draw.
   */
  subscribe<T extends Topic>(
    topics: readonly T[],
    listener: (update: TopicUpdate<T>) => void,
    options?: { paused?: boolean },
  ): Subscription;
  /** Open subscriptions, for tests. */
  readonly subscriptions: number;
  /** Ends every subscription. */
  close(): void;
}

export function createTopics(sources: TopicSources): Topics {
  const reads = new Map<string, () => unknown>(Object.entries(sources));
  const batches = new Set<Batch>();

  const read = <T extends Topic>(topics: readonly T[]): Pick<TopicValues, T> => {
    const entries = topics.map((topic) => {
      const readTopic = reads.get(topic);
      if (!readTopic) throw new Error(`The topic ${topic} has no source`);
      return [topic, readTopic()];
    });
    return Object.fromEntries(entries);
  };

  return {
    provide: (topic, readTopic) => void reads.set(topic, readTopic),
    read,
    changed: (...topics) => {
      for (const batch of batches) batch.add(topics);
    },
    requestChanged: (row) => {
      for (const batch of batches) batch.addRow(row);
    },
    subscribe: (topics, listener, { paused = false } = {}) => {
      // The listener is only ever called with values of its topics.
      const batch = createBatch(new Set<Topic>(topics), read, listener as (update: TopicUpdate) => void, paused);
      batches.add(batch);
      return {
        pause: batch.pause,
        resume: batch.resume,
        close: () => {
          batches.delete(batch);
          batch.close();
        },
      };
    },
    get subscriptions() {
      return batches.size;
    },
    close: () => {
      for (const batch of batches) batch.close();
      batches.clear();
    },
  };
}

const INTERVAL_MS = 50;
const INTERVAL_OF_MANY_MS = 200;
/** Rows in one update. */
const MANY_ROWS = 8;

interface Batch extends Subscription {
  add(topics: readonly Topic[]): void;
  addRow(row: RequestRow): void;
}

/** Collects the changes of one subscription's topics until the interval since its last update has passed. */
function createBatch(
  topics: ReadonlySet<Topic>,
  read: (topics: readonly Topic[]) => Partial<TopicValues>,
  listener: (update: TopicUpdate) => void,
  startsPaused: boolean,
): Batch {
  const changed = new Set<Topic>();
  const rows = new Map<string, RequestRow>();
  let state: 'open' | 'paused' | 'closed' = startsPaused ? 'paused' : 'open';
  let timer: NodeJS.Timeout | undefined;
  let sentAt = 0;
  let intervalMs = INTERVAL_MS;

  const clear = () => {
    clearTimeout(timer);
    timer = undefined;
    changed.clear();
    rows.clear();
  };
  const send = (update: TopicUpdate) => {
    intervalMs = rows.size > MANY_ROWS ? INTERVAL_OF_MANY_MS : INTERVAL_MS;
    clear();
    sentAt = Date.now();
    listener(update);
  };
  const sendSnapshot = () => send({ snapshot: true, values: read([...topics]) });
  const sendChanges = () => {
    const requests = rows.size > 0 ? { requests: [...rows.values()] } : {};
    send({ snapshot: false, values: { ...read([...changed]), ...requests } });
  };
  const schedule = () => {
    timer ??= setTimeout(sendChanges, Math.max(0, sentAt + intervalMs - Date.now()));
  };

  if (state === 'open') sendSnapshot();
  return {
    add(candidates) {
      const own = candidates.filter((topic) => topics.has(topic));
      if (state !== 'open' || own.length === 0) return;
      for (const topic of own) changed.add(topic);
      schedule();
    },
    addRow(row) {
      if (state !== 'open' || !topics.has('requests')) return;
      rows.set(row.id, row);
      schedule();
    },
    pause() {
      if (state !== 'open') return;
      state = 'paused';
      clear();
    },
    resume() {
      if (state !== 'paused') return;
      state = 'open';
      sendSnapshot();
    },
    close() {
      state = 'closed';
      clear();
    },
  };
}
