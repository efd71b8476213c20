/** The state of the page “Connect”. */
import type { ConfigFileState, ConnectOptions } from '../../app/shared/connect/configFiles';
import type { Place } from '../../app/shared/connect/guide';
import type { Services } from '../state/services';
import { createStore, type Store } from '../state/store';

/** A key that was made for a guide, with its secret, which nothing else has. */
export interface MadeKey {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
}

export interface ConnectState {
  /** What the user searches for. */
  readonly words: string;
  /** The id of the open guide. */
  readonly guide: string;
  readonly place: Place;
  /** Of this computer in its network; null for the first one. */
  readonly address: string | null;
  /** null for the default one. */
  readonly model: string | null;
  /** By the id of the guide. */
  readonly keys: Readonly<Record<string, MadeKey>>;
  /** null until the app has answered. */
  readonly options: ConnectOptions | null;
}

export interface ConnectStore extends Store<ConnectState> {
  /** Reads addresses, models and files again. A failure leaves what was known. */
  refresh(): Promise<void>;
  setFile(file: ConfigFileState): void;
}

export function createConnectStore({ commands }: Services): ConnectStore {
  const store = createStore<ConnectState>({
    words: '',
    guide: 'open-webui',
    place: 'here',
    address: null,
    model: null,
    keys: {},
    options: null,
  });
  return {
    ...store,
    async refresh() {
      try {
        store.set({ options: await commands.call('connect.options') });
      } catch {
        // The page works without: it knows the address of this computer and the usual models.
        store.set({ options: store.state().options ?? { addresses: [], models: [], files: [] } });
      }
    },
    setFile(file) {
      const { options } = store.state();
      if (!options) return;
      const files = options.files.map((one) => (one.program === file.program ? file : one));
      store.set({ options: { ...options, files } });
    },
  };
}
