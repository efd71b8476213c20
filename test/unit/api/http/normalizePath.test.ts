import { expect, test } from 'vitest';
import { normalizePath } from '../../../../app/api/http/normalizePath';

test.each([
  ['//api/chat', '/api/chat'],
  ['///v1//models', '/v1/models'],
  ['/v1/v1/messages?beta=true', '/v1/messages?beta=true'],
  ['/v1//v1/models', '/v1/models'],
  ['/api/api/tags', '/api/tags'],
  ['//', '/'],
])('%s becomes %s', (url, normalized) => {
  expect(normalizePath(url)).toBe(normalized);
});

test.each([
  '/',
  '/api/chat',
  '/v1/v1models',
  '/v1/api/v1',
  '/models/v1/v1',
  '/v1/models/a?b=//c',
  'http://localhost//api/tags',
  '*',
  '',
])('%s stays unchanged', (url) => {
  expect(normalizePath(url)).toBe(url);
});
