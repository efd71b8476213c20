/**
 * Which addresses this app connects to at a client's request: those of the public internet alone. All others belong to this
 * computer or its network, which a client must not be able to reach through this app.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isOwnAddress } from '../http/access/ipAddress';

/** Whether the text is an IP address of the public internet that does not belong to this computer. */
export function isPublicAddress(text: string): boolean {
  // Only addresses of the local network need a zone (`fe80::1%eth0`).
  if (isIP(text) === 0 || text.includes('%')) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast' || isOwnAddress(address)) return false;
  // ipaddr.js calls everything unicast that it has no name for; the internet's IPv6 addresses all lie in this range.
  return address.kind() === 'ipv4' || address.match(ipaddr.parseCIDR('2000::/3'));
}
