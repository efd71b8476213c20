/**
 * All that the page can ask of the app. What a call answers is shown at once; what it cannot do is said in a notice, so that a button
 * need only call and wait.
 */
import type {
  AppSettings,
  Bridge,
  ExternalPage,
  RequestDetails,
  StoredMessage,
  Theme,
} from '../../app/shared/contract';
import type { AppStore } from './appStore';
import { callErrorText } from './callErrorText';
import type { Notices } from './notices';
import type { StoredConversations } from './storedConversations';

export interface Commands {
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
  checkCli(): Promise<void>;
  signIn(): Promise<void>;
  endConversation(id: string): Promise<void>;
  /** What was said in it; null where that is not kept or it is gone. */
  readConversation(id: string): Promise<StoredMessage[] | null>;
  deleteConversation(id: string): Promise<void>;
  deleteConversations(): Promise<void>;
  clearLog(): Promise<void>;
  setTheme(theme: Theme): Promise<void>;
  /** Resolves to false where it could not be copied. */
  copy(text: string): Promise<boolean>;
  open(page: ExternalPage): Promise<void>;
  /** Rejects, with a message for the user, where a value is refused: the dialog that offers them says so. */
  saveSettings(change: Partial<AppSettings>, openAtLogin: boolean | null): Promise<void>;
  /** null where the request is not known any more. */
  details(id: string): Promise<RequestDetails | null>;
}

export function createCommands(
  bridge: Bridge,
  store: AppStore,
  notices: Notices,
  storedConversations: StoredConversations,
): Commands {
  const attempt = async (action: () => Promise<void>): Promise<boolean> => {
    try {
      await action();
      return true;
    } catch (error) {
      notices.show(callErrorText(error));
      return false;
    }
  };
  const run = (action: () => Promise<void>) => async (): Promise<void> => void (await attempt(action));

  return {
    startServer: run(async () => store.apply({ server: await bridge.call('server.start') })),
    stopServer: run(async () => store.apply({ server: await bridge.call('server.stop') })),
    checkCli: run(async () => store.apply({ cli: await bridge.call('cli.check') })),
    signIn: run(async () => store.apply({ cli: await bridge.call('cli.signIn') })),
    endConversation: (id) => run(async () => void (await bridge.call('conversations.end', id)))(),
    readConversation: (id) => bridge.call('conversations.read', id),
    deleteConversation: (id) =>
      run(async () => {
        await bridge.call('conversations.delete', id);
        storedConversations.drop(id);
      })(),
    deleteConversations: run(async () => {
      await bridge.call('conversations.deleteAll');
      storedConversations.dropAll();
    }),
    clearLog: run(async () => {
      await bridge.call('requests.clear');
      store.dropEndedRequests();
    }),
    setTheme: (theme) => run(async () => store.apply({ settings: await bridge.call('settings.change', { theme }) }))(),
    copy: (text) => attempt(async () => void (await bridge.call('clipboard.copy', text))),
    open: (page) => run(async () => void (await bridge.call('externalPage.open', page)))(),
    async saveSettings(change, openAtLogin) {
      if (Object.keys(change).length > 0) store.apply({ settings: await bridge.call('settings.change', change) });
      // The app keeps nothing of what was said before either.
      if (change.keepTexts === false) storedConversations.dropAll();
      if (openAtLogin !== null) store.apply({ loginItem: await bridge.call('loginItem.set', openAtLogin) });
    },
    details: (id) => bridge.call('requests.details', id),
  };
}
