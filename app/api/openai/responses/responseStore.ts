/**
 * What was said up to each of the last responses, so that a client can go on from one by its id, or name an item of it instead of
 * sending it again, as the AI SDK does. Only for as long as this app runs: a client that wants more sends the history.
 */
import type { Item } from './responseItems';

export interface HeldResponse {
  /** Of the whole conversation so far, this response's included. */
  readonly items: readonly Item[];
  /** This response's own, by their ids. */
  readonly output: ReadonlyMap<string, Item>;
}

export interface HeldResponses {
  /** Only the owner finds it again. */
  hold(owner: string, id: string, response: HeldResponse): void;
  response(owner: string, id: string): HeldResponse | undefined;
  item(owner: string, id: string): Item | undefined;
}

/** Bytes as JSON. Conversations share most of theirs, so that these are far more than the memory that it takes. */
const MOST_BYTES = 64 * 1024 * 1024;

export function heldResponses(mostBytes: number = MOST_BYTES): HeldResponses {
  const responses = new Map<string, HeldResponse & { readonly bytes: number }>();
  const items = new Map<string, Item>();
  let bytes = 0;

  const forget = (key: string, owner: string) => {
    const held = responses.get(key);
    if (!held) return;
    responses.delete(key);
    for (const id of held.output.keys()) items.delete(keyOf(owner, id));
    bytes -= held.bytes;
  };

  return {
    hold: (owner, id, response) => {
      const size = JSON.stringify(response.items).length;
      responses.set(keyOf(owner, id), { ...response, bytes: size });
      for (const [itemId, item] of response.output) items.set(keyOf(owner, itemId), item);
      bytes += size;
      for (const key of responses.keys()) {
        if (bytes <= mostBytes) break;
        forget(key, key.slice(0, key.indexOf('\n')));
      }
    },
    response: (owner, id) => responses.get(keyOf(owner, id)),
    item: (owner, id) => items.get(keyOf(owner, id)),
  };
}

function keyOf(owner: string, id: string): string {
  return `${owner}\n${id}`;
}
