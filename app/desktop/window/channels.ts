/** The channels that the preload lets through; the type fails to check when the contract gains one. */
import type { Channel } from '../../shared/contract';

const CHANNELS: { [C in Channel]: true } = {
  'app:snapshot': true,
  'server:start': true,
  'server:stop': true,
  'cli:check': true,
  'cli:sign-in': true,
  'request:details': true,
  'request:older': true,
  'request:clear': true,
  'conversation:end': true,
  'conversation:stored': true,
  'conversation:read': true,
  'conversation:delete': true,
  'conversation:delete-all': true,
  'settings:change': true,
  'login:set': true,
  'clipboard:copy': true,
  'external:open': true,
};

export function isChannel(name: string): name is Channel {
  return Object.hasOwn(CHANNELS, name);
}

/** An answer to a call: Electron would wrap a thrown error's message in words of its own. */
export type Reply<T> = { ok: true; value: T } | { ok: false; message: string };
