/**
 * Which peers need no key, by the addresses of the connection's two ends. Forwarding headers are never read: any client can send them.
 *
 * Who could pretend to be such a peer, over TCP, which needs answers to arrive:
 * - Loopback and own addresses: nobody outside, since the system sends the answers to itself. A link-local IPv6 address is the exception:
 *   another link may have the same one, so it counts only on the interface that has it here. Programs in containers and virtual machines whose
 *   traffic this computer translates to its own addresses (rootless Podman, Docker Desktop, a NAT of VirtualBox), the users of a proxy or
 *   an SSH tunnel that ends here, and other users of this computer come from such an address, too, and cannot be told apart.
 * - Containers: the answers go into the bridge, so the peer is behind it. What matters is what a bridge joins (machine.ts). That a
 *   connection arrived at a bridge's own address proves nothing: Linux takes packets for any of its addresses on every interface.
 * - Ranges of the user: every computer, and every person, that can use an address of the range. In a network without protection
 *   of its switches that is everybody in it.
 */
import { type AddressRange, type IpAddress, isInRange, parseIpAddress, parseRange } from './ipAddress';
import { hasAddress, type Machine } from './machine';

/** The addresses of both ends of a connection, as the system says them; empty where it is closed. */
export interface Ends {
  readonly peer: string;
  readonly local: string;
}

/** Where a peer is. `container`: behind a bridge of this computer. `range`: in one that the user listed. `network`: anywhere else. */
export type Place = 'loopback' | 'ownAddress' | 'container' | 'range' | 'network';

/** The user's rules for peers; they are read for every request. */
export interface NetworkRules {
  /** Addresses, and ranges in CIDR notation, that need no key. Default none. */
  keylessRanges?(): readonly string[];
  /** Whether containers and virtual machines of this computer need no key. Default false. */
  trustsContainers?(): boolean;
  /** Whether a program that uses another address of its own computer than loopback needs no key. Default true. */
  trustsOwnAddresses?(): boolean;
}

/** A peer's place, and whether the rules let it in without a key. */
export interface Peer {
  readonly place: Place;
  readonly needsKey: boolean;
}

/** @param machine is called only for peers that do not come through loopback. */
export function peerOf({ peer, local }: Ends, rules: NetworkRules, machine: () => Machine): Peer {
  const address = parseIpAddress(peer);
  if (address === null) return { place: 'network', needsKey: true };
  if (address.range() === 'loopback') return { place: 'loopback', needsKey: false };
  const isListed = rangesOf(rules.keylessRanges?.() ?? []).some((range) => isInRange(address, range));
  const place = placeOf(address, parseIpAddress(local), machine());
  if (place === 'ownAddress' && (rules.trustsOwnAddresses?.() ?? true)) return { place, needsKey: false };
  if (place === 'container' && (rules.trustsContainers?.() ?? false)) return { place, needsKey: false };
  return isListed ? { place: 'range', needsKey: false } : { place, needsKey: true };
}

function placeOf(
  address: IpAddress,
  local: IpAddress | null,
  machine: Machine,
): 'ownAddress' | 'container' | 'network' {
  const sameEnds = address.toNormalizedString() === local?.toNormalizedString();
  if (sameEnds || hasAddress(machine, address)) return 'ownAddress';
  return machine.containerSubnets.some((subnet) => isInRange(address, subnet)) ? 'container' : 'network';
}

/** Whether the IP address is a loopback address. */
export function isLoopback(address: string): boolean {
  return parseIpAddress(address)?.range() === 'loopback';
}

/** The parsed ranges of the list that was asked for last: the list is the same object until the user changes it. */
let lastList: readonly string[] = [];
let lastRanges: readonly AddressRange[] = [];

function rangesOf(list: readonly string[]): readonly AddressRange[] {
  if (list !== lastList) {
    lastRanges = list.map(parseRange).filter((range) => range !== null);
    lastList = list;
  }
  return lastRanges;
}
