/** Refused requests, as the window shows them, and what would let them in. */

/** `noKey`: the peer needs one. `refusedKey`: it sent one that is not valid. `host`, `origin`: the header's value is not allowed. */
export type KnockReason = 'noKey' | 'refusedKey' | 'host' | 'origin';

/** A change of settings that would let the requests in: a switch to turn on, or an item for a list. */
export type KnockRemedy =
  | { setting: 'trustContainers' | 'trustOwnAddresses'; value: true }
  | { setting: 'keylessRanges' | 'hostNames' | 'origins'; value: string };

/** All refused requests from one address for one reason and, for `host` and `origin`, with one value of the header. */
export interface Knock {
  id: string;
  /** The peer's address. */
  address: string;
  /** `container`: behind a bridge of this computer. */
  from: 'this computer' | 'container' | 'network';
  reason: KnockReason;
  /** The origin, or the name in the Host header, as the client sent it, shortened; empty for the other reasons. Any text may be in it. */
  value: string;
  /** The name of the client that was refused last. */
  client: string;
  count: number;
  /** Milliseconds since the epoch. */
  firstAt: number;
  lastAt: number;
  /** Empty where no setting can help. */
  remedies: KnockRemedy[];
  /** Whether an API key would let the requests in. */
  keyHelps: boolean;
}

/** The settings that `knocks.allow` may change. */
export type RemedySetting = KnockRemedy['setting'];
export const REMEDY_SETTINGS = [
  ...(['trustContainers', 'trustOwnAddresses'] as const),
  ...(['keylessRanges', 'hostNames', 'origins'] as const),
] satisfies readonly RemedySetting[];
