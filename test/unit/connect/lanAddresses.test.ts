import { expect, test } from 'vitest';
import { lanAddresses } from '../../../app/connect/lanAddresses';

const info = (address: string, internal = false) =>
  ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4', netmask: '', mac: '', cidr: null }) as never;

test('lists the addresses of networks, private ones first, and neither loopback nor bridges to containers', () => {
  const found = lanAddresses({
    lo: [info('127.0.0.1', true)],
    docker0: [info('172.17.0.1')],
    'br-4f': [info('172.18.0.1')],
    wwan0: [info('100.64.0.7')],
    tun0: [info('10.8.0.2')],
    wlan0: [info('192.168.1.10'), info('fe80::1'), info('169.254.1.1')],
  });
  expect(found.map(({ address }) => address)).toEqual(['192.168.1.10', '10.8.0.2', '100.64.0.7']);
});
