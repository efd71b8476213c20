/** Secrets in headers and bodies. */
import { expect, test } from 'vitest';
import { bodyText, maskHeader, maskText } from '../../../../../app/api/http/wire/maskWire';

const SECRET = 'abcdefSECRETghijklmnopqrstuvwxyz';

test.each([
  ['Authorization', `Bearer ${SECRET}`],
  ['authorization', SECRET],
  ['X-Api-Key', SECRET],
  ['api-key', SECRET],
  ['Cookie', `session=${SECRET}`],
  ['Set-Cookie', `session=${SECRET}`],
  ['Proxy-Authorization', `Basic ${SECRET}`],
  ['x-goog-api-key', SECRET],
  ['X-Auth-Token', SECRET],
  ['Referer', `http://localhost/?key=${SECRET}`],
  ['User-Agent', `program/1 sk-${SECRET}`],
  ['X-Other', `cld_${SECRET}`],
])('the header %s does not show %s', (name, value) => {
  const [shownName, shown] = maskHeader([name, value]);
  expect(shownName).toBe(name);
  expect(shown).not.toContain('SECRET');
});

test('headers without secrets stay as they are, and of a secret the scheme', () => {
  expect(maskHeader(['Content-Type', 'application/json'])[1]).toBe('application/json');
  expect(maskHeader(['X-Stainless-Lang', 'js'])[1]).toBe('js');
  expect(maskHeader(['Authorization', `Bearer ${SECRET}`])[1]).toBe('Bearer …');
});

test.each([
  `{"api_key": "${SECRET}"}`,
  `{"authorization":"Bearer ${SECRET}"}`,
  `{"password":"a\\"${SECRET}"}`,
  `{"content":"my key is sk-${SECRET}"}`,
  `{"content":"cld_${SECRET}"}`,
  `/v1/models?key=${SECRET}&a=1`,
  `/v1/models?access_token=${SECRET}`,
])('%s does not show its secret', (text) => {
  expect(maskText(text)).not.toContain('SECRET');
});

test('words that only sound like secrets stay', () => {
  const text = '{"key":"Enter","max_tokens":50,"content":"What is a key? A token of trust."}';
  expect(maskText(text)).toBe(text);
});

test('binary data in a body is shown by its size', () => {
  const image = Buffer.alloc(3000, 7).toString('base64');
  expect(bodyText(Buffer.from(`{"data":"${image}","text":"what?"}`))).toBe(
    '{"data":"[3000 bytes of base64]","text":"what?"}',
  );
  expect(bodyText(Buffer.from([1, 0, 2]))).toBe('[3 bytes of binary data]');
  expect(bodyText(Buffer.alloc(0))).toBe('');
});
