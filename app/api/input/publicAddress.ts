/**
 * Which addresses this app may be sent to by somebody else's word: only those of the internet. Everything nearer belongs to
 * this computer or its network, where a client must not be able to have it knock.
 */
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Whether the IP address is one of the internet's and none of this computer's own. */
export function isPublicAddress(address: string): boolean {
  const [plain = ''] = address.split('%');
  const family = isIP(plain);
  if (family === 0 || isOwn(plain)) return false;
  return family === 4 ? !nearby.check(plain) : internet.check(plain, 'ipv6') && !reserved.check(plain, 'ipv6');
}

/** Per RFC 6890: this network, private, shared, loopback, link-local, for tests and documentation, multicast, reserved. */
const nearby = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  nearby.addSubnet(network, bits);
}

/** All of IPv6 that is routed; what wraps an IPv4 address (`::ffff:…`, `64:ff9b::…`) lies outside of it. */
const internet = new BlockList();
internet.addSubnet('2000::', 3, 'ipv6');

/** Teredo and its neighbours, 6to4 (which wraps an IPv4 address too), documentation. */
const reserved = new BlockList();
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  reserved.addSubnet(network, bits, 'ipv6');
}

function isOwn(address: string): boolean {
  const own = new BlockList();
  for (const { address: mine, family } of Object.values(networkInterfaces()).flatMap((each) => each ?? [])) {
    own.addAddress(mine, family === 'IPv6' ? 'ipv6' : 'ipv4');
  }
  return own.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
