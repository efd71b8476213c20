import { expect, test } from 'vitest';
import { parseIpAddress, parseRange } from '../../../../../app/api/http/access/ipAddress';
import type { Machine } from '../../../../../app/api/http/access/machine';
import { isLoopback, type NetworkRules, peerOf } from '../../../../../app/api/http/access/networks';
import { isAddressRange } from '../../../../../app/shared/access/addressRanges';

test.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
  '%s is a loopback address',
  (address) => {
    expect(isLoopback(address)).toBe(true);
  },
);

test.each(['192.168.1.5', '10.0.0.1', '::2', '::127.0.0.1', 'fe80::1', '', '128.0.0.1', '127.1', '2130706433'])(
  '%s is not a loopback address',
  (address) => {
    expect(isLoopback(address)).toBe(false);
  },
);

const normalized = (address: string) => parseIpAddress(address)?.toNormalizedString() ?? '';
const machine: Machine = {
  names: new Set(),
  addresses: new Set([...['192.168.1.5', '172.17.0.1', 'fd00::5'].map(normalized), `${normalized('fe80::5')}%eth0`]),
  containerSubnets: [parseRange('172.17.0.0/16'), parseRange('fd99::/64')].filter((range) => range !== null),
};
const peer = (address: string, rules: NetworkRules = {}, local = '192.168.1.5') =>
  peerOf({ peer: address, local }, rules, () => machine);

test('an own address is local, unless the switch is off', () => {
  for (const address of ['192.168.1.5', '::ffff:192.168.1.5', 'fd00::5', 'fd00:0:0::5', 'fe80::5%eth0']) {
    expect(peer(address)).toEqual({ place: 'ownAddress', needsKey: false });
    expect(peer(address, { trustsOwnAddresses: () => false })).toEqual({ place: 'ownAddress', needsKey: true });
  }
});

test('two ends with one address are one computer, though the address was added within the last second', () => {
  expect(peer('203.0.113.7', {}, '::ffff:203.0.113.7')).toEqual({ place: 'ownAddress', needsKey: false });
});

test('a link-local address counts only on its own interface: on another link it is another computer’s', () => {
  expect(peer('fe80::5%eth1').place).toBe('network');
  expect(peer('fe80::5').place).toBe('network');
});

test('a container is a peer behind a bridge, and needs a key unless the switch is on', () => {
  for (const address of ['172.17.0.2', '::ffff:172.17.5.6', 'fd99::2']) {
    expect(peer(address)).toEqual({ place: 'container', needsKey: true });
    expect(peer(address, { trustsContainers: () => true })).toEqual({ place: 'container', needsKey: false });
  }
});

test('the bridge’s own address as the other end does not make a peer a container', () => {
  expect(peer('192.168.1.6', { trustsContainers: () => true }, '172.17.0.1')).toEqual({
    place: 'network',
    needsKey: true,
  });
});

test('ranges of the user let in their addresses and no others', () => {
  const keylessRanges = () => ['10.0.0.0/8', '203.0.113.7', 'fd12::/48'];
  for (const address of ['10.255.1.2', '203.0.113.7', '::ffff:10.0.0.1', 'fd12::9']) {
    expect(peer(address, { keylessRanges })).toEqual({ place: 'range', needsKey: false });
  }
  for (const address of ['11.0.0.1', '203.0.113.8', 'fd13::9', ''])
    expect(peer(address, { keylessRanges }).needsKey).toBe(true);
});

test('a range in the settings is an address or a CIDR range that is not too wide', () => {
  for (const text of ['192.168.1.20', '192.168.1.0/24', '10.0.0.0/8', 'fd00::1', '2001:db8::/32', '::1/128']) {
    expect([text, isAddressRange(text)]).toEqual([text, true]);
  }
  for (const text of [
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/7',
    '2001::/16',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0',
    'lan',
  ]) {
    expect([text, isAddressRange(text)]).toEqual([text, false]);
  }
  for (const text of [
    '10.0.0.0/8/8',
    '::ffff:10.0.0.0/104',
    '10.0.0.1-10.0.0.9',
    '*',
    'fe80::1%eth0',
    '10.0.0.0/8.0',
    '',
  ]) {
    expect([text, isAddressRange(text)]).toEqual([text, false]);
  }
});
