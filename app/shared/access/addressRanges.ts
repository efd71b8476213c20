/** Checks the addresses, address ranges and host names that a user types. For the page too, so it has no package. */

/** The shortest prefixes that are accepted: a slip such as `0.0.0.0/0` would give the account to everybody who reaches the port. */
const SHORTEST_IPV4 = 8;
const SHORTEST_IPV6 = 32;

/** Which ranges `isAddressRange` accepts, in words. */
export const ADDRESS_RANGES = `addresses or ranges such as 192.168.1.20 or 192.168.1.0/24, by commas; no range wider than /${SHORTEST_IPV4} (IPv6: /${SHORTEST_IPV6})`;

/** Whether the text is an IPv4 or IPv6 address, or a range in CIDR notation. IPv4 addresses mapped into IPv6 are refused: no peer has one. */
export function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0) return false;
  const isIpv4 = IPV4.test(address);
  if (!isIpv4 && (!isIpv6(address) || /^::ffff:/i.test(address))) return false;
  if (prefix === undefined) return true;
  if (!/^(0|[1-9]\d{0,2})$/.test(prefix)) return false;
  const [shortest, longest] = isIpv4 ? [SHORTEST_IPV4, 32] : [SHORTEST_IPV6, 128];
  return Number(prefix) >= shortest && Number(prefix) <= longest;
}

/** Which names `isHostName` accepts, in words. */
export const HOST_NAMES =
  'host names or addresses without scheme and port, such as nas.example or 192.168.1.20, by commas';

/** Whether the text is a host name, or an IP address without brackets. */
export function isHostName(text: string): boolean {
  return HOST_NAME.test(text) || isIpv6(text);
}

/** An IPv4 address has the form of a host name, too. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*$/i;

const IPV4 = /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/;

/** Whether the text is an IPv6 address of hexadecimal groups alone, without brackets and without a zone. */
export function isIpv6(text: string): boolean {
  if (!/^[\da-f:]+$/i.test(text)) return false;
  try {
    return new URL(`http://[${text}]/`).hostname !== '';
  } catch {
    return false;
  }
}
