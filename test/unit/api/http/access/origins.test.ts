import { expect, test } from 'vitest';
import { isAllowedOrigin } from '../../../../../app/api/http/access/origins';
import { parseOriginPattern } from '../../../../../app/shared/access/webOrigins';

test.each([
  ...['http://localhost', 'https://localhost:3000', 'http://127.0.0.1:8080', 'http://0.0.0.0:1', 'http://[::1]:5173'],
  ...[
    'app://obsidian.md',
    'file://x',
    'file://',
    'tauri://localhost',
    'vscode-webview://abc',
    'vscode-file://vscode-app',
  ],
  ...['HTTP://LOCALHOST:3000', 'http://my-host:22434'],
])('pages of the origin %s are allowed', (origin) => {
  expect(isAllowedOrigin(origin, 'my-host:22434', [])).toBe(true);
});

test.each([
  ...['null', '', 'https://evil.example', 'http://localhost.evil.example', 'http://localhost@evil.example'],
  ...[
    'http://localhost:3000.evil.com',
    'http://localhost:3000@evil.com',
    'http://localhost:3000:1',
    'http://localhost:',
  ],
  ...['http://evil.example/http://localhost', 'http://my-host:1', 'chrome-extension://abc', 'ftp://localhost'],
  ...[
    'http://localhost/',
    'http://localhost?',
    'http://localhost#',
    'http://localhost http://evil.example',
    'localhost',
  ],
  ...[
    'http://localhost\\.evil.example',
    'http://127.0.0.1.evil.example',
    'http://127.1',
    'http://2130706433',
    'http://a.localhost',
  ],
  ...[
    'http://localhost.',
    'http://[::1].evil.example',
    'http://',
    'http://*',
    'app:/x',
    'evil+app://x',
    'http://localhost%2eevil.com',
  ],
])('pages of the origin %s are refused', (origin) => {
  expect(isAllowedOrigin(origin, 'my-host:22434', [])).toBe(false);
});

test('this server’s own pages are those of its own host and port', () => {
  expect(isAllowedOrigin('http://my-host', 'my-host:80', [])).toBe(true);
  expect(isAllowedOrigin('https://my-host', 'my-host', [])).toBe(true);
  expect(isAllowedOrigin('http://my-host', 'my-host:22434', [])).toBe(false);
  expect(isAllowedOrigin('http://', '', [])).toBe(false);
});

test('a listed origin is compared as scheme, host and port', () => {
  const list = ['https://chat.example', 'HTTP://nas:80/', 'chrome-extension://abc', 'http://[fd00::1]:3000'];
  const allowed = (origin: string) => isAllowedOrigin(origin, '', list);
  for (const origin of ['https://chat.example', 'https://chat.example:443', 'http://nas', 'chrome-extension://abc']) {
    expect(allowed(origin)).toBe(true);
  }
  expect(allowed('http://[fd00::1]:3000')).toBe(true);
  for (const origin of [
    'https://chat.example.evil',
    'https://chat.example:1',
    'http://chat.example',
    'chrome-extension://abd',
  ]) {
    expect(allowed(origin)).toBe(false);
  }
  expect(allowed('null')).toBe(false);
});

test('* stands for the whole port or the whole first label, and for nothing else', () => {
  const allowed = (pattern: string, origin: string) => isAllowedOrigin(origin, '', [pattern]);
  expect(allowed('http://nas:*', 'http://nas:3000')).toBe(true);
  expect(allowed('http://nas:*', 'http://nas')).toBe(true);
  expect(allowed('http://nas:*', 'http://nas:3000.evil.com')).toBe(false);
  expect(allowed('https://*.example.com', 'https://a.example.com')).toBe(true);
  for (const origin of [
    'https://example.com',
    'https://a.b.example.com',
    'https://aexample.com',
    'https://a.example.com:1',
  ]) {
    expect(allowed('https://*.example.com', origin)).toBe(false);
  }
  for (const pattern of [
    '*',
    'http://*',
    'http://localhost*',
    'https://*.com',
    'chrome-extension://*',
    'https://a*.example.com',
  ]) {
    expect(parseOriginPattern(pattern)).toBeNull();
    expect(allowed(pattern, 'http://localhost.evil.com')).toBe(false);
  }
  for (const pattern of [
    'http://*.*.example.com',
    'http://nas:30*',
    'http://*.0.0.1',
    'https://a@b.example',
    '*://nas',
    'null',
  ]) {
    expect(parseOriginPattern(pattern)).toBeNull();
  }
});
