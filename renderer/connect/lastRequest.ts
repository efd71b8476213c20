/** When a program's latest request came, of those in the window's log and, for the open guide, of those that are stored. */
import { useEffect, useState } from 'react';
import type { RequestRow } from '../../app/shared/contract';
import type { AppStore } from '../state/appStore';
import { useAppStore, useAppStoreState, useCommands } from '../state/services';

export interface LastRequest {
  /** Ms since the epoch. */
  readonly at: number;
  /** Whether the server has refused it for want of a key or because of its origin. */
  readonly refused: boolean;
}

/** How a program's requests are recognized: by any of these. */
export interface RequestMark {
  readonly clients: readonly string[];
  /** The key that was made for it. */
  readonly keyId: string | undefined;
}

/** null where none is known. The component is drawn again only when there is a later one. */
export function useLastRequest(mark: RequestMark): LastRequest | null {
  const appStore = useAppStore();
  const text = useAppStoreState(() => encode(newestIn(appStore, mark)));
  return decode(text);
}

/** The same, of everything that is stored. */
export function useLastStoredRequest(mark: RequestMark): LastRequest | null {
  const commands = useCommands();
  const recent = useLastRequest(mark);
  const [stored, setStored] = useState<LastRequest | null>(null);
  const key = mark.clients.join('\n');
  useEffect(() => {
    let isCurrent = true;
    setStored(null);
    if (key === '') return;
    commands.call('requests.search', { clients: key.split('\n') }, Date.now() + 1, 1).then(
      ({ rows: [row] }) => isCurrent && row && setStored(lastRequest(row)),
      // The log's rows are all that is known then.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [commands, key]);
  return recent ?? stored;
}

/** Of the rows of the log, so many are looked at: more would cost each frame too much. */
const ROWS = 500;

interface Newest {
  readonly version: number;
  readonly byClient: ReadonlyMap<string, LastRequest>;
  readonly byKey: ReadonlyMap<string, LastRequest>;
}

/** One for all guides that are drawn, until the log changes. */
const cache = new WeakMap<AppStore, Newest>();

function newestIn(appStore: AppStore, { clients, keyId }: RequestMark): LastRequest | null {
  const { byClient, byKey } = newest(appStore);
  const found = [...clients.map((client) => byClient.get(client)), byKey.get(keyId ?? '')];
  return found.reduce<LastRequest | null>((latest, one) => (one && one.at > (latest?.at ?? 0) ? one : latest), null);
}

function newest(appStore: AppStore): Newest {
  const { logVersion: version } = appStore.state();
  const known = cache.get(appStore);
  if (known?.version === version) return known;
  const byClient = new Map<string, LastRequest>();
  const byKey = new Map<string, LastRequest>();
  for (const row of appStore.log.newest(ROWS)) {
    const request = lastRequest(row);
    if (!byClient.has(row.client)) byClient.set(row.client, request);
    if (row.keyId !== '' && !byKey.has(row.keyId)) byKey.set(row.keyId, request);
  }
  const result = { version, byClient, byKey };
  cache.set(appStore, result);
  return result;
}

function lastRequest({ at, status }: RequestRow): LastRequest {
  return { at, refused: status === 401 || status === 403 };
}

/** As a text, because a store compares values by identity. */
function encode(request: LastRequest | null): string {
  return request === null ? '' : `${request.at} ${request.refused ? 1 : 0}`;
}

function decode(text: string): LastRequest | null {
  const [at, refused] = text.split(' ').map(Number);
  return at ? { at, refused: refused === 1 } : null;
}
