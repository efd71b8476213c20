/**
 * The conversations up to the newest responses, in memory. A client can continue a response by its id, or refer to an item by its id
 * instead of sending it again, as the AI SDK does. The store is lost when the app ends; clients can always send the whole history.
 */
import type { Item } from './responseItems';

export interface StoredResponse {
  /** The items of the whole conversation, including those of this response. */
  readonly items: readonly Item[];
  /** The items of this response, by id. */
  readonly output: ReadonlyMap<string, Item>;
}

export interface ResponseStore {
  /** Stores a response for its owner. Others cannot read it. */
  add(owner: string, id: string, response: StoredResponse): void;
  response(owner: string, id: string): StoredResponse | undefined;
  item(owner: string, id: string): Item | undefined;
}

/** Size as JSON. Consecutive responses share most of their items, so the store takes far less memory than this. */
const MAX_BYTES = 64 * 1024 * 1024;

export function createResponseStore(maxBytes: number = MAX_BYTES): ResponseStore {
  const responses = new Map<string, StoredResponse & { readonly bytes: number }>();
  const items = new Map<string, Item>();
  let bytes = 0;

  const remove = (key: string, owner: string) => {
    const response = responses.get(key);
    if (!response) return;
    responses.delete(key);
    for (const id of response.output.keys()) items.delete(keyOf(owner, id));
    bytes -= response.bytes;
  };

  return {
    add: (owner, id, response) => {
      const size = JSON.stringify(response.items).length;
      responses.set(keyOf(owner, id), { ...response, bytes: size });
      for (const [itemId, item] of response.output) items.set(keyOf(owner, itemId), item);
      bytes += size;
      for (const key of responses.keys()) {
        if (bytes <= maxBytes) break;
        remove(key, key.slice(0, key.indexOf('\n')));
      }
    },
    response: (owner, id) => responses.get(keyOf(owner, id)),
    item: (owner, id) => items.get(keyOf(owner, id)),
  };
}

function keyOf(owner: string, id: string): string {
  return `${owner}\n${id}`;
}
