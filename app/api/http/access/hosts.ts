/**
 * Which Host headers may come without a key. A page whose name was made to resolve to this computer (DNS rebinding) still sends its own name,
 * so only names count that no foreign site can have: this computer's. Names that end with `.local` are answered by any computer of the
 * local network, and those that end with `.internal` by its DNS server: they count only as far as they are this computer's own.
 *
 * What is left: who answers for this computer's own name in its network (a forged mDNS answer for `my-mac.local`), or runs its DNS server and
 * answers for `host.docker.internal`, can serve a page under that name that the browser then takes for one of this server.
 */
import { isIP } from 'node:net';
import { parseIpAddress } from './ipAddress';
import { hasHostAddress, type Machine } from './machine';

/** The names under which containers reach their host. */
const CONTAINER_HOSTS = ['host.docker.internal', 'gateway.docker.internal', 'host.containers.internal'];

/** Whether the Host header names this machine. @param listed names and addresses that the user added. */
export function namesThisMachine(hostHeader: string, listed: readonly string[], machine: () => Machine): boolean {
  const name = hostName(hostHeader);
  // HTTP/1.0 has no Host header, and no browser speaks it.
  if (name === '' || name === 'localhost') return true;
  if (name === null) return false;
  const address = parseIpAddress(name);
  if (address !== null) {
    const unspecified = ['0.0.0.0', '::'].includes(address.toString());
    if (unspecified || address.range() === 'loopback' || hasHostAddress(machine(), address)) return true;
    const text = address.toNormalizedString();
    return listed.some((item) => parseIpAddress(item)?.toNormalizedString() === text);
  }
  if (name.endsWith('.localhost') || CONTAINER_HOSTS.includes(name)) return true;
  return machine().names.has(name) || listed.some((item) => item.toLowerCase().replace(/\.$/, '') === name);
}

/**
 * The name or address in a Host header, in lower case, without the port, the brackets and zone of an IPv6 address, and the trailing dot of a full
 * name. Null for what has another form, such as user info. Other spellings of IPv4 addresses (`2130706433`, `0x7f.1`) stay names, which are nobody's:
 * browsers write `127.0.0.1` for them.
 */
export function hostName(hostHeader: string): string | null {
  const host = hostHeader.trim().toLowerCase();
  const bracketed = /^\[([0-9a-f:.]*)(%[^\]\s]*)?\](:\d*)?$/.exec(host)?.[1];
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? bracketed : null;
  if (isIP(host) === 6) return host.replace(/%.*$/, '');
  const name = host.replace(/:\d*$/, '').replace(/\.$/, '');
  return name === '' || /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name) ? name : null;
}
