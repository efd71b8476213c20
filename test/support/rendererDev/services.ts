/** The window's services for tests: real ones, connected to a bridge that answers as the test says. */
import type {
  Bridge,
  CallArguments,
  CallHandlers,
  CallName,
  TopicValues,
  UpdateState,
} from '../../../app/shared/contract';
import { createAppStore } from '../../../renderer/state/appStore';
import { createCommands } from '../../../renderer/state/commands';
import { createNavigation } from '../../../renderer/state/navigation';
import { createNotices } from '../../../renderer/state/notices';
import type { Services } from '../../../renderer/state/services';
import { createStoredConversations } from '../../../renderer/state/storedConversations';
import { appSettings } from './appSettings';
import { cliAccount } from './demoAccounts';
import { emptyDay } from './demoUsage';

export interface TestServices {
  services: Services;
  /** The names and arguments of the calls so far. */
  calls: unknown[][];
}

/** @param handlers may throw; a call without a handler rejects. */
export function testServices(handlers: Partial<CallHandlers> = {}): TestServices {
  const calls: unknown[][] = [];
  const bridge: Bridge = {
    async call<N extends CallName>(name: N, ...args: CallArguments<N>) {
      calls.push([name, ...args]);
      const handler: CallHandlers[N] | undefined = handlers[name];
      if (!handler) throw new Error(`unexpected: ${name}`);
      return handler(...args);
    },
    subscribe(_topics, listener) {
      listener({ snapshot: true, values: topicValues() });
      return () => undefined;
    },
  };
  const appStore = createAppStore(bridge, { nextFrame: (run) => run() });
  void appStore.connect();
  const notices = createNotices();
  const storedConversations = createStoredConversations(bridge);
  const commands = createCommands(bridge, appStore, notices, storedConversations);
  const navigation = createNavigation('requests');
  return {
    calls,
    services: { appStore, notices, commands, storedConversations, navigation, pageStores: new Map() },
  };
}

/** Of an app that is updated by other means, with some changes. */
export function updateState(changes: Partial<UpdateState> = {}): UpdateState {
  const nothing = { version: null, installed: false, progress: null, checkedAt: null, answering: 0 };
  return { phase: 'off', message: 'The store that it was installed from updates it.', ...nothing, ...changes };
}

/** The topics of an app that runs and has done nothing yet, with some changes. */
export function topicValues(changes: Partial<TopicValues> = {}): TopicValues {
  return {
    app: { version: '0.1.0', platform: 'linux', dialects: [] },
    server: { phase: 'running', host: '127.0.0.1', port: 22434, url: 'http://127.0.0.1:22434' },
    cli: { phase: 'ready' },
    accounts: { accounts: [cliAccount()], problem: null },
    planWindows: [],
    requests: [],
    conversations: [],
    spares: 0,
    usage: { ...emptyDay(), day: '2026-11-22' },
    storage: { quarantined: [] },
    keys: { keys: [], problem: null },
    asks: { turns: [] },
    trials: { turns: [] },
    update: updateState(),
    settings: appSettings(),
    pinned: {},
    runSettings: { changed: [], added: {} },
    knocks: [],
    loginItem: { supported: true, enabled: false },
    desktop: { showsTray: true, pageRequest: null },
    ...changes,
  };
}
