/**
 * Bounds how many refused requests the journal records: anybody who reaches the port can cause them, and they must not
 * push the user's own requests out of the log.
 */

/** Recorded per address and minute; further ones are counted. */
const MAX_PER_ADDRESS = 20;
/** Recorded per minute from all addresses. */
const MAX_PER_MINUTE = 60;
const WINDOW_MS = 60_000;
/** Addresses that are counted apart, each of which may get a row: somebody with an IPv6 network has more than the log has rows. */
const MAX_ADDRESSES = 50;
const OTHER_ADDRESSES = 'other addresses';

export interface Refusals {
  /** All refused requests since the app's start, recorded or not. */
  readonly total: number;
  /** Whether a refused request from the address would only be counted now. */
  isOver(address: string): boolean;
  /** Counts a refused request. Returns whether it is to be recorded. */
  count(address: string): boolean;
}

export interface RefusalsOptions {
  /** Ms since the epoch. */
  now(): number;
  /** Called at the end of a minute for each address of which requests were only counted. */
  onSummary(address: string, count: number): void;
}

interface AddressCount {
  recorded: number;
  unrecorded: number;
}

/** Counts refused requests by minute. @returns also `close`, after which nothing is summed up any more. */
export function createRefusals({ now, onSummary }: RefusalsOptions): Refusals & { close(): void } {
  const addresses = new Map<string, AddressCount>();
  let windowStart = 0;
  let recorded = 0;
  let total = 0;
  let timer: NodeJS.Timeout | undefined;

  const endWindow = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const [address, { unrecorded }] of addresses) if (unrecorded > 0) onSummary(address, unrecorded);
    addresses.clear();
    recorded = 0;
  };

  const startWindow = () => {
    if (now() - windowStart < WINDOW_MS) return;
    endWindow();
    windowStart = now();
  };

  const countOf = (address: string): AddressCount => {
    const key = addresses.has(address) || addresses.size < MAX_ADDRESSES ? address : OTHER_ADDRESSES;
    const count = addresses.get(key) ?? { recorded: 0, unrecorded: 0 };
    addresses.set(key, count);
    return count;
  };

  const isFull = (count: AddressCount | undefined) =>
    recorded >= MAX_PER_MINUTE || (count?.recorded ?? 0) >= MAX_PER_ADDRESS;

  return {
    get total() {
      return total;
    },
    isOver(address) {
      startWindow();
      return isFull(addresses.get(address) ?? addresses.get(OTHER_ADDRESSES));
    },
    count(address) {
      startWindow();
      total += 1;
      const count = countOf(address);
      if (isFull(count)) {
        count.unrecorded += 1;
        timer ??= setTimeout(endWindow, WINDOW_MS).unref();
        return false;
      }
      count.recorded += 1;
      recorded += 1;
      return true;
    },
    close: endWindow,
  };
}
