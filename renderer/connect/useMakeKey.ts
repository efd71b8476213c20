/** Makes a key on the spot. */
import { useState } from 'react';
import type { GuideSummary } from '../../app/shared/connect/guide';
import { callErrorText } from '../state/callErrorText';
import { useApp, useCommands } from '../state/services';
import type { ConnectStore } from './connectStore';

/** Makes a key for the guide and fills it into its texts. */
export interface MakeKey {
  readonly run: () => void;
  readonly pending: boolean;
  /** Why the latest attempt failed; null where it did not. */
  readonly failure: string | null;
  /** Why keys cannot be made at all; null where they can. */
  readonly problem: string | null;
}

export function useMakeKey(store: ConnectStore, { id, title, keyInUrl = false }: GuideSummary): MakeKey {
  const commands = useCommands();
  const { keys, problem } = useApp((app) => app.keys);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const make = async () => {
    setPending(true);
    setFailure(null);
    try {
      const name = freeName(
        title,
        keys.map((key) => key.name),
      );
      const { apiKey, secret } = await commands.call('keys.create', { name, inUrl: keyInUrl });
      store.set({ keys: { ...store.state().keys, [id]: { id: apiKey.id, name, secret } } });
    } catch (error) {
      setFailure(callErrorText(error));
    }
    setPending(false);
  };
  return { run: () => void make(), pending, failure, problem };
}

/** `Zed`, `Zed 2`, … */
function freeName(title: string, taken: readonly string[]): string {
  const names = taken.map((name) => name.toLowerCase());
  let number = 1;
  const name = () => (number === 1 ? title : `${title} ${number}`);
  while (names.includes(name().toLowerCase())) number++;
  return name();
}
