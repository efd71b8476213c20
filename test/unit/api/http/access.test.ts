import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { isAllowedOrigin, isLoopback, namesThisMachine } from '../../../../app/api/http/access';

test.each(['127.0.0.1', '127.8.9.10', '::1'])('%s is a loopback address', (address) => {
  expect(isLoopback(address)).toBe(true);
});

test.each(['192.168.1.5', '10.0.0.1', '::2', '::127.0.0.1', 'fe80::1', '', '128.0.0.1'])(
  '%s is not a loopback address',
  (address) => {
    expect(isLoopback(address)).toBe(false);
  },
);

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

test.each([
  ...['http://localhost', 'https://localhost:3000', 'http://127.0.0.1:8080', 'http://0.0.0.0:1', 'http://[::1]:5173'],
  ...['app://obsidian.md', 'file://x', 'tauri://localhost', 'vscode-webview://abc', 'vscode-file://vscode-app'],
  ...['HTTP://LOCALHOST:3000', 'http://my-host:22434'],
])('pages of the origin %s are allowed', (origin) => {
  expect(isAllowedOrigin(origin, 'my-host:22434', [])).toBe(true);
});

test.each([
  ...['null', 'https://evil.example', 'http://localhost.evil.example', 'http://localhost@evil.example'],
  ...['http://evil.example/http://localhost', 'http://my-host:1', 'chrome-extension://abc', 'ftp://localhost'],
])('pages of the origin %s are refused', (origin) => {
  expect(isAllowedOrigin(origin, 'my-host:22434', [])).toBe(false);
});

test('listed origins are allowed, * matches any text, and null is always refused', () => {
  const list = ['https://chat.example', 'chrome-extension://*', 'https://*.example.org:*', '*'];
  const allowed = (origin: string, upTo: number) => isAllowedOrigin(origin, '', list.slice(0, upTo));
  expect(allowed('https://chat.example', 1)).toBe(true);
  expect(allowed('https://chat.example.evil', 1)).toBe(false);
  expect(allowed('chrome-extension://abc', 2)).toBe(true);
  expect(allowed('https://a.example.org:1', 3)).toBe(true);
  expect(allowed('https://a.example.com:1', 3)).toBe(false);
  expect(allowed('https://anything.example', 4)).toBe(true);
  expect(allowed('null', 4)).toBe(false);
});
