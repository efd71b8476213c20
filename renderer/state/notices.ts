/** Short messages over the page, for what a click could not do; one at a time, gone by themselves. */
export interface Notices {
  current(): string | null;
  show(message: string): void;
  dismiss(): void;
  subscribe(listener: () => void): () => void;
}

const SHOWN_MS = 8_000;

export function createNotices(): Notices {
  const listeners = new Set<() => void>();
  let current: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const set = (message: string | null) => {
    current = message;
    clearTimeout(timer);
    if (message) timer = setTimeout(() => set(null), SHOWN_MS);
    for (const listener of listeners) listener();
  };

  return {
    current: () => current,
    show: set,
    dismiss: () => set(null),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
