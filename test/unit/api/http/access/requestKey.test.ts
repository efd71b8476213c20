import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { requestKey, takeUrlKey } from '../../../../../app/api/http/access/requestKey';
import type { KeyVerdict } from '../../../../../app/keys/keyRing';
import type { ApiKey } from '../../../../../app/shared/access/keys';

const KEY: ApiKey = {
  ...{ id: 'k', name: 'Phone', prefix: 'cld_ab12', createdAt: 0, expiresAt: null, revokedAt: null, models: [] },
  ...{
    requestsPerMinute: null,
    tokensPerDay: null,
    usdPerDay: null,
    scopes: ['inference'],
    inUrl: false,
    accountId: null,
  },
  ...{ lastUsedAt: null, lastAddress: '', lastClient: '' },
};
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

function read(headers: Record<string, string>, url = '/', inUrl = true) {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  request.url = url;
  takeUrlKey(request);
  const verify = (secret: string): KeyVerdict =>
    secret === 'cld_valid' ? { kind: 'valid', key: { ...KEY, inUrl } } : { kind: 'unknown', reason: 'unknown' };
  return { ...requestKey(request, verify), url: request.url };
}

test.each([
  { authorization: 'Bearer cld_valid' },
  { authorization: 'bearer  cld_valid ' },
  { 'x-api-key': 'cld_valid' },
  { 'api-key': 'cld_valid' },
  { authorization: basic('any:cld_valid') },
  { authorization: basic('cld_valid:') },
  { authorization: basic('cld_valid') },
  { authorization: 'Bearer ollama', 'x-api-key': 'cld_valid' },
])('the key of %o is read', (headers) => {
  expect(read(headers)).toMatchObject({ kind: 'valid', key: KEY.inUrl ? KEY : { id: 'k' } });
});

test.each([
  { authorization: 'Bearer ollama' },
  { 'x-api-key': 'sk-anything' },
  { authorization: basic('user:password') },
])('%o is no key of this app', (headers) => {
  expect(read(headers).kind).toBe('foreign');
});

test.each([{}, { authorization: '' }, { authorization: 'Bearer ' }, { 'x-api-key': '' }])(
  '%o has no key',
  (headers) => {
    expect(read(headers).kind).toBe('none');
  },
);

test.each([
  ['/k/cld_valid/v1/models?a=b', '/v1/models?a=b'],
  ['/k/cld_valid', '/'],
  ['//k/cld_valid//api/tags', '//api/tags'],
  ['/K/cld_valid/api/tags', '/api/tags'],
  ['/k/cld%5Fvalid/api/tags', '/api/tags'],
  ['/k/cld_valid?a=b', '/?a=b'],
  ['http://host:1/k/cld_valid/api/tags', 'http://host:1/api/tags'],
])('the key is taken out of %s', (url, rest) => {
  expect(read({}, url)).toMatchObject({ kind: 'valid', url: rest });
});

test('a key in the URL counts before one in a header, and only where the owner has allowed that', () => {
  expect(read({ 'x-api-key': 'cld_other' }, '/k/cld_valid/').kind).toBe('valid');
  expect(read({}, '/k/cld_valid/', false)).toMatchObject({
    ...{ kind: 'refused', reason: expect.stringContaining('“Phone” may not be used in a URL') },
  });
});

test('a wrong key in the URL is refused, whatever it begins with, and is not in the URL any more', () => {
  for (const url of ['/k/cld_other/api/tags', '/k/typo/api/tags', '/k/%zz/api/tags']) {
    expect(read({}, url)).toMatchObject({ kind: 'refused', url: '/api/tags' });
  }
});

test('a key at another place of the URL is not read, and is not in the URL any more', () => {
  const secret = `cld_${'x'.repeat(43)}`;
  expect(read({}, `/v1/${secret}?key=${secret}`)).toMatchObject({ kind: 'none', url: '/v1/cld_…?key=cld_…' });
});
