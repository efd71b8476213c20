/** IP addresses as values: two spellings of one address are equal. */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/** An address and the length of the prefix that all addresses of the range share, in bits. */
export type AddressRange = [IpAddress, number];

/**
 * An IPv4 address mapped into IPv6 (`::ffff:127.0.0.1`) counts as the IPv4 address. Null for what is not an IP address, and for
 * the deprecated form `::127.0.0.1`, which ipaddr.js would read as the IPv4 address although it is a different one.
 */
export function parseIpAddress(text: string): IpAddress | null {
  // Node's check comes first: ipaddr.js also accepts `127.1`, `0x7f.1` and other spellings of inet_aton.
  return isIP(text) === 0 || DEPRECATED_IPV4.test(text) ? null : ipaddr.process(text);
}

const DEPRECATED_IPV4 = /^::[\d.]+\.[\d.]+$/;

/** Parses an address, or a range in CIDR notation. Null for anything else. */
export function parseRange(text: string): AddressRange | null {
  const [address = '', prefix, ...rest] = text.split('/');
  const parsed = parseIpAddress(address);
  if (parsed === null || rest.length > 0) return null;
  const bits = parsed.kind() === 'ipv4' ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  return Number.isInteger(length) && length >= 0 && length <= bits ? [parsed, length] : null;
}

/** Whether the range has the address. A range of one family has no address of the other. */
export function isInRange(address: IpAddress, range: AddressRange): boolean {
  return address.kind() === range[0].kind() && address.match(range);
}

/** Whether a network interface of this computer has the address. */
export function isOwnAddress(address: IpAddress): boolean {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some((own) => parseIpAddress(own.address)?.toNormalizedString() === address.toNormalizedString());
}
