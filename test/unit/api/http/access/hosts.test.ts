import { hostname, networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { namesThisMachine } from '../../../../../app/api/http/access/hosts';
import { machineNames, thisMachine } from '../../../../../app/api/http/access/machine';

const machine = thisMachine();
const own = Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));

test.each([
  ...['', 'localhost', 'LOCALHOST:22434', 'localhost.', '127.0.0.1', '127.0.0.1:22434', '127.0.0.1.', '0.0.0.0:22434'],
  ...['[::1]:22434', '[::]', '[::ffff:127.0.0.1]:1', '[::1%lo]', 'app.localhost', `${hostname()}.local:22434`],
  ...[hostname(), `${hostname().toUpperCase()}.`, 'host.docker.internal:1', 'gateway.docker.internal'],
  ...['host.containers.internal', ...own.map((address) => (address.includes(':') ? `[${address}]:22434` : address))],
])('the Host header "%s" names this machine', (host) => {
  expect(namesThisMachine(host, [], machine)).toBe(true);
});

test.each([
  ...['evil.example', 'evil.example:22434', 'localhost.evil.example', '127.0.0.1.evil.example', '8.8.8.8'],
  ...[
    '[2001:db8::1]',
    'local',
    'internal.evil.example',
    'evillocalhost',
    'a.local',
    'my-mac.local:22434',
    'a.internal',
  ],
  ...['metadata.google.internal', 'evil.host.docker.internal', `evil.${hostname()}.local`, 'localhost..', '.localhost'],
  // Private addresses are routable in some network, from which a page can come.
  ...['198.18.255.1', '172.16.255.254', '[fd12:3456::1]:1', '[fe80::dead]'],
  // Spellings of 127.0.0.1 that no browser sends, user info, and what is no host at all.
  ...['2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '127.1', '127.0.0.01', '[::127.0.0.1]', '[127.0.0.1]'],
  ...['localhost@evil.example', 'evil.example@a.localhost', 'evil.example#.localhost', 'evil.example/.localhost'],
  ...['localhost:1:2', 'localhost evil.example', '[::1', '::1]', '*', 'localhost,evil.example'],
])('the Host header "%s" does not name this machine', (host) => {
  expect(namesThisMachine(host, [], machine)).toBe(false);
});

test('names and addresses that the user lists count, whole and in any case', () => {
  const listed = ['NAS.example', '203.0.113.9', 'fd12:3456:0::1'];
  for (const host of ['nas.example:22434', 'nas.example.', '203.0.113.9:1', '[fd12:3456::1]']) {
    expect(namesThisMachine(host, listed, machine)).toBe(true);
  }
  for (const host of ['a.nas.example', 'nas.example.evil.example', '203.0.113.10']) {
    expect(namesThisMachine(host, listed, machine)).toBe(false);
  }
});

test('of the hosts file, only full forms of the own name count, not sites that are blocked there', () => {
  const hosts =
    '127.0.0.1 localhost ads.example\n127.0.1.1\tbox.lan.example  box # box.evil.example\n0.0.0.0 boxes.example';
  expect([...machineNames('Box', hosts)]).toEqual(['box', 'box.local', 'box.lan.example']);
  expect([...machineNames('box.home.arpa', '')]).toEqual(['box.home.arpa', 'box', 'box.local']);
  expect([...machineNames('Anas-Mac.local', '')]).toEqual(['anas-mac.local', 'anas-mac']);
});
