/** Which names in a Host header are this computer's. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type IpAddress, isOwnAddress, parseIpAddress } from './ipAddress';

/** Whether the Host header names this machine, so that it cannot come from a page of a foreign site. */
export function namesThisMachine(hostHeader: string): boolean {
  const name = hostName(hostHeader);
  const address = parseIpAddress(name);
  if (address !== null) return isUnroutable(address) || isOwnAddress(address);
  return (
    name === '' ||
    name === 'localhost' ||
    name === hostname().toLowerCase() ||
    ['.localhost', '.local', '.internal'].some((suffix) => name.endsWith(suffix))
  );
}

/** Loopback, private and unspecified addresses: no foreign site is served from them, so no page of one has them as its host. */
function isUnroutable(address: IpAddress): boolean {
  const unspecified = ['0.0.0.0', '::'].includes(address.toString());
  return unspecified || ['loopback', 'private', 'uniqueLocal'].includes(address.range());
}

/** Removes the port, the brackets and zone of an IPv6 address, and the trailing dot of a fully qualified name. */
function hostName(hostHeader: string): string {
  const host = hostHeader.trim().toLowerCase();
  const bracketed = /^\[([^\]%]*)(%[^\]]*)?\](:\d+)?$/.exec(host)?.[1];
  return bracketed ?? (isIP(host) === 6 ? host : host.replace(/:\d*$/, '').replace(/\.$/, ''));
}
