import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { namesThisMachine } from '../../../../../app/api/http/access/hosts';

const own = Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));

test.each([
  ...['', 'localhost', 'LOCALHOST:22434', 'localhost.', '127.0.0.1', '127.0.0.1:22434', '0.0.0.0:22434'],
  ...['[::1]:22434', '[::]', '192.168.1.5:22434', '10.1.2.3', '172.16.0.1', '[fd00::1]:1', 'app.localhost'],
  ...['my-mac.local:22434', 'host.docker.internal:22434'],
  ...own.map((address) => (address.includes(':') ? `[${address}]:22434` : address)),
])('the Host header "%s" names this machine', (host) => {
  expect(namesThisMachine(host)).toBe(true);
});

test.each([
  ...[
    'evil.example',
    'evil.example:22434',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '8.8.8.8',
    '172.32.0.1',
  ],
  ...['[2001:db8::1]', 'local', 'internal.evil.example', 'evillocalhost'],
])('the Host header "%s" does not name this machine', (host) => {
  expect(namesThisMachine(host)).toBe(false);
});
