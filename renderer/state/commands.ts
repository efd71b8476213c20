/** The app's calls as the window makes them: an answer that changes what the window shows is applied at once. */
import type { Bridge, CallArguments, CallName, CallResult } from '../../app/shared/contract';
import type { AppStore } from './appStore';
import { callErrorText } from './callErrorText';
import type { Notices } from './notices';
import type { StoredConversations } from './storedConversations';

export interface Commands {
  /** Rejects with a message for the user. */
  call: Bridge['call'];
  /** For buttons: a failure becomes a notice. Resolves to whether the call succeeded. */
  run<N extends CallName>(name: N, ...args: CallArguments<N>): Promise<boolean>;
}

/** What an answer changes in the window, without waiting for the app's next update. */
type Effects = { [N in CallName]?: (result: CallResult<N>, ...args: CallArguments<N>) => void };

export function createCommands(
  bridge: Bridge,
  appStore: AppStore,
  notices: Notices,
  storedConversations: StoredConversations,
): Commands {
  const effects: Effects = {
    'server.start': (server) => appStore.apply({ server }),
    'server.stop': (server) => appStore.apply({ server }),
    'server.startOnFreePort': (server) => appStore.apply({ server }),
    'cli.check': (cli) => appStore.apply({ cli }),
    'cli.signIn': (cli) => appStore.apply({ cli }),
    'cli.cancelSignIn': (cli) => appStore.apply({ cli }),
    'accounts.signIn': (accounts) => appStore.apply({ accounts }),
    'accounts.cancelSignIn': (accounts) => appStore.apply({ accounts }),
    'accounts.rename': (accounts) => appStore.apply({ accounts }),
    'accounts.makeDefault': (accounts) => appStore.apply({ accounts }),
    'accounts.remove': (accounts) => appStore.apply({ accounts }),
    'loginItem.set': (loginItem) => appStore.apply({ loginItem }),
    'settings.change': (settings, change) => {
      appStore.apply({ settings });
      // The app has deleted all of them.
      if (change.keepTexts === false) storedConversations.dropAll();
    },
    'settings.changeForRun': (settings) => appStore.apply({ settings }),
    'settings.endChangeForRun': (settings) => appStore.apply({ settings }),
    'requests.clear': () => appStore.dropEndedRequests(),
    'conversations.rename': (_, id, title) => storedConversations.retitle(id, title.trim() || null),
    'conversations.delete': (_, id) => storedConversations.drop(id),
    'conversations.deleteAll': () => storedConversations.dropAll(),
    'history.restore': () => void storedConversations.refresh(),
  };
  const call: Commands['call'] = async (name, ...args) => {
    const result = await bridge.call(name, ...args);
    effects[name]?.(result, ...args);
    return result;
  };
  return {
    call,
    async run(name, ...args) {
      try {
        await call(name, ...args);
        return true;
      } catch (error) {
        notices.show(callErrorText(error));
        return false;
      }
    },
  };
}
