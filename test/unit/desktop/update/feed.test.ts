import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { demandSignature, feedUrl, fileList, packageFeed } from '../../../../app/desktop/update/feed';

test.each([
  ['https://updates.example/claudacity', 'https://updates.example/claudacity/'],
  ['https://updates.example/claudacity/', 'https://updates.example/claudacity/'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/'],
])('%s is an address for updates', (text, url) => {
  expect(feedUrl(text).href).toBe(url);
});

test.each(['http://updates.example/', 'ftp://updates.example/', 'file:///tmp/', 'http://127.0.0.1.example/', 'text'])(
  '%s is refused as an address for updates',
  (text) => {
    expect(() => feedUrl(text)).toThrow('https://');
  },
);

test('the address of the package is that of its app-update.yml', () => {
  expect(packageFeed('provider: generic\nurl: https://updates.example/\nupdaterCacheDirName: x\n')).toBe(
    'https://updates.example/',
  );
  expect(packageFeed("url: 'https://updates.example/'")).toBe('https://updates.example/');
  expect(packageFeed('updaterCacheDirName: x\n')).toBeUndefined();
});

test('a list is taken with the signature of the key alone', () => {
  const owner = generateKeyPairSync('ed25519');
  const stranger = generateKeyPairSync('ed25519');
  const key = owner.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const list = 'version: 1.0.1\n';
  const signed = (by: typeof owner) => `${sign(null, Buffer.from(list), by.privateKey).toString('base64')}\n`;
  demandSignature(list, signed(owner), key);
  for (const [text, signature] of [
    [list, signed(stranger)],
    [`${list}# changed`, signed(owner)],
    [list, ''],
  ] as const) {
    expect(() => demandSignature(text, signature, key)).toThrow('not signed by the makers');
  }
});

test('a list names files of its own folder, each with its checksum', () => {
  const sha512 = `${'A'.repeat(86)}==`;
  const list = (url: string, sum = sha512) => ({ version: '1.0.1', files: [{ url, sha512: sum, size: 1 }] });
  expect(fileList.safeParse(list('claudacity-1.0.1-linux-x64.AppImage')).success).toBe(true);
  for (const url of ['https://other.example/a.AppImage', '../a.AppImage', '/a.AppImage', '']) {
    expect(fileList.safeParse(list(url)).success, url).toBe(false);
  }
  expect(fileList.safeParse(list('a.AppImage', 'A')).success).toBe(false);
  expect(fileList.safeParse({ ...list('a.AppImage'), version: 'newest' }).success).toBe(false);
});
