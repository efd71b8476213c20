import { describe, expect, it } from 'vitest';
import type {
  Bridge,
  CallArguments,
  CallHandlers,
  CallName,
  TopicUpdate,
  TopicValues,
} from '../../../app/shared/contract';
import { createAppStore } from '../../../renderer/state/appStore';
import { callErrorText } from '../../../renderer/state/callErrorText';
import { requestRow } from '../../support/rendererDev/requestRow';
import { topicValues } from '../../support/rendererDev/services';

const NO_DETAILS = {
  route: null,
  userAgent: '',
  resolvedModel: null,
  conversation: null,
  served: null,
  messages: null,
  loadMs: null,
  error: null,
  ignored: [],
  isolation: null,
  payer: null,
  ...{ queueMs: null, processMs: null, promptMs: null, answerMs: null, toolWaitMs: null },
  billing: null,
  accountId: '',
};

/** The app's end of the bridge, and the frames of the page, both moved by hand. */
function connection(initial: Partial<TopicValues> = {}) {
  const listeners = new Set<(update: TopicUpdate) => void>();
  const frames: (() => void)[] = [];
  const calls: unknown[][] = [];
  const answers: Partial<CallHandlers> = {
    'requests.details': (id) => ({ ...requestRow({ id }), ...NO_DETAILS }),
  };
  const bridge: Bridge = {
    async call<N extends CallName>(name: N, ...args: CallArguments<N>) {
      calls.push([name, ...args]);
      const answer: CallHandlers[N] | undefined = answers[name];
      if (!answer) throw new Error(`unexpected: ${name}`);
      return answer(...args);
    },
    subscribe(_topics, listener) {
      listeners.add(listener);
      listener({ snapshot: true, values: topicValues(initial) });
      return () => listeners.delete(listener);
    },
  };
  return {
    calls,
    store: createAppStore(bridge, { nextFrame: (run) => frames.push(run) }),
    send: (values: TopicUpdate['values']) => {
      for (const listener of listeners) listener({ snapshot: false, values });
    },
    sendSnapshot: (values: Partial<TopicValues>) => {
      for (const listener of listeners) listener({ snapshot: true, values: topicValues(values) });
    },
    drawFrame: () => {
      for (const run of frames.splice(0)) run();
    },
  };
}

describe('the store of the app’s state', () => {
  it('holds the snapshot once the app has answered', async () => {
    const { store } = connection({ spares: 2, requests: [requestRow({ id: 'a' })] });
    expect(store.state().app).toBeNull();
    await store.connect();
    expect(store.state().app?.spares).toBe(2);
    expect(store.log.byId('a')).toBeDefined();
  });

  it('tells its listeners once a frame, however many updates came', async () => {
    const { store, send, drawFrame } = connection();
    await store.connect();
    let notified = 0;
    store.subscribe(() => notified++);
    for (let spares = 1; spares <= 5; spares++) send({ spares, requests: [requestRow({ id: `r${spares}` })] });
    expect(notified).toBe(0);
    drawFrame();
    expect(notified).toBe(1);
    expect(store.state().app?.spares).toBe(5);
    expect(store.log.total()).toBe(5);
  });

  it('loses no update that comes right after the snapshot', async () => {
    const { store, send, drawFrame } = connection({ spares: 1 });
    const connected = store.connect();
    send({ spares: 3 });
    drawFrame();
    await connected;
    expect(store.state().app?.spares).toBe(3);
  });

  it('takes a later snapshot in place of what it holds, and keeps the rows that it continues', async () => {
    const { store, sendSnapshot } = connection({
      requests: [requestRow({ id: 'b', at: 2 }), requestRow({ id: 'a', at: 1 })],
    });
    await store.connect();
    sendSnapshot({ spares: 4, requests: [requestRow({ id: 'c', at: 3 }), requestRow({ id: 'b', at: 2 })] });
    expect(store.state().app?.spares).toBe(4);
    expect(['a', 'b', 'c'].map((id) => store.log.byId(id)?.id)).toEqual(['a', 'b', 'c']);
  });

  it('drops its rows where a later snapshot begins after them, and says so', async () => {
    const { store, sendSnapshot } = connection({ requests: [requestRow({ id: 'a', at: 1 })] });
    await store.connect();
    const told: unknown[] = [];
    store.onRows((rows) => told.push(rows));
    sendSnapshot({ requests: [requestRow({ id: 'd', at: 4 }), requestRow({ id: 'c', at: 3 })] });
    expect(store.log.total()).toBe(2);
    expect(told).toEqual([null]);
  });

  it('reads the rows that had not ended and that a later snapshot leaves out', async () => {
    const { store, sendSnapshot, drawFrame, calls } = connection({
      requests: [requestRow({ id: 'b', at: 2 }), requestRow({ id: 'a', at: 1, phase: 'streaming' })],
    });
    await store.connect();
    sendSnapshot({ requests: [requestRow({ id: 'b', at: 2 })] });
    await expect.poll(() => calls).toEqual([['requests.details', 'a']]);
    drawFrame();
    expect(store.log.byId('a')?.phase).toBe('done');
  });

  it('keeps what an update leaves out', async () => {
    const { store, send, drawFrame } = connection();
    await store.connect();
    const { usage } = store.state().app ?? {};
    send({ spares: 1 });
    drawFrame();
    expect(store.state().app?.usage).toBe(usage);
  });

  it('leaves the log’s version alone when no request has changed', async () => {
    const { store, send, drawFrame } = connection();
    await store.connect();
    const { logVersion } = store.state();
    send({ spares: 1 });
    drawFrame();
    expect(store.state().logVersion).toBe(logVersion);
  });

  it('tells which rows are new or have changed, once a frame', async () => {
    const { store, send, drawFrame } = connection();
    await store.connect();
    const told: unknown[] = [];
    store.onRows((rows) => told.push(rows?.map(({ id, phase }) => `${id} ${phase}`)));
    send({ requests: [requestRow({ id: 'a', phase: 'waiting' })] });
    send({ requests: [requestRow({ id: 'a' }), requestRow({ id: 'b' })] });
    drawFrame();
    expect(told).toEqual([['a done', 'b done']]);
  });

  it('says why, where the app does not answer', async () => {
    const { store } = connection();
    const silent: Bridge = {
      call: () => Promise.reject(new Error('The core is gone')),
      subscribe: () => {
        throw new Error('Error: The core is gone');
      },
    };
    const unconnected = createAppStore(silent);
    await unconnected.connect();
    expect(unconnected.state().failure).toBe('The core is gone');
    expect(store.state().failure).toBeNull();
  });
});

describe('the text of an error', () => {
  it('is the message alone, without what Electron puts before it', () => {
    expect(
      callErrorText(new Error("Error invoking remote method 'x:y': TypeError: Port 80 needs an administrator.")),
    ).toBe('Port 80 needs an administrator.');
  });

  it('keeps a message that merely has a colon', () => {
    expect(callErrorText(new Error('Cannot listen: port taken'))).toBe('Cannot listen: port taken');
  });
});
