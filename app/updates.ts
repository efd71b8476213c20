/** Gathers what has changed, so that a window gets one message for a burst of tokens and not one for each. */
import type { AppSnapshot, AppUpdate, RequestRow } from './shared/contract';

/** What the login item says is the desktop shell's to tell. */
type Update = Omit<AppUpdate, 'loginItem'>;
type Part = Exclude<keyof Update, 'requests'>;
type Parts = { readonly [P in Part]: () => AppSnapshot[P] };

export interface Updates {
  changed(...parts: Part[]): void;
  row(row: RequestRow): void;
  subscribe(listener: (update: Update) => void): () => void;
  close(): void;
}

const INTERVAL_MS = 50;

export function createUpdates(read: Parts): Updates {
  const listeners = new Set<(update: Update) => void>();
  const changed = new Set<Part>();
  const rows = new Map<string, RequestRow>();
  let timer: NodeJS.Timeout | undefined;
  let sentAt = 0;

  const send = () => {
    timer = undefined;
    sentAt = Date.now();
    const update: Update = {
      ...Object.fromEntries([...changed].map((part) => [part, read[part]()])),
      ...(rows.size > 0 ? { requests: [...rows.values()] } : {}),
    };
    changed.clear();
    rows.clear();
    for (const listener of listeners) listener(update);
  };

  const schedule = () => {
    if (listeners.size === 0) {
      changed.clear();
      rows.clear();
      return;
    }
    timer ??= setTimeout(send, Math.max(0, sentAt + INTERVAL_MS - Date.now()));
  };

  return {
    changed: (...parts) => {
      for (const part of parts) changed.add(part);
      schedule();
    },
    row: (row) => {
      rows.set(row.id, row);
      schedule();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      clearTimeout(timer);
      listeners.clear();
    },
  };
}
