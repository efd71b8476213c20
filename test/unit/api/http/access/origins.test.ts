import { expect, test } from 'vitest';
import { isAllowedOrigin } from '../../../../../app/api/http/access/origins';

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
