import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openKeyRing } from '../../../app/keys/keyRing';
import { type Database, openDatabase } from '../../../app/store/database';
import { removeFolder, scratchFolder } from '../../support/cli';
import { recordingLog } from '../../support/recordingLog';

let folder: string;
let database: Database;
const log = recordingLog();

beforeEach(async () => {
  folder = await scratchFolder();
  database = openDatabase(path.join(folder, 'claudacity.db'), log);
});

afterEach(async () => {
  database.close();
  await removeFolder(folder);
});

function ring(options: { now?: () => number; onRevoked?: (id: string) => void } = {}) {
  return openKeyRing({ database, log, onChange: () => {}, ...options });
}

test('a key is cld_ and 32 random bytes, and is valid until it is revoked, also after a restart', () => {
  const keys = ring();
  const { apiKey, secret } = keys.create({ name: 'Phone' });
  expect(secret).toMatch(/^cld_[A-Za-z0-9_-]{43}$/);
  expect(apiKey).toMatchObject({ name: 'Phone', prefix: secret.slice(0, 8), scopes: ['inference'], inUrl: false });
  expect(ring().verify(secret)).toEqual({ kind: 'valid', key: apiKey });

  const revoked = keys.revoke(apiKey.id);
  for (const one of [keys, ring()]) {
    expect(one.verify(secret)).toMatchObject({
      kind: 'revoked',
      reason: expect.stringContaining('“Phone” was revoked on'),
    });
    expect(one.state.keys).toEqual([revoked]);
  }
});

test('only the hash of a secret is in the database', () => {
  const { secret } = ring().create({ name: 'Phone' });
  const [row] = database.prepare('SELECT * FROM api_keys').all();
  expect(JSON.stringify(row)).not.toContain(secret.slice(8));
});

test('an unknown secret and a foreign value are told apart, and neither is repeated', () => {
  const keys = ring();
  const unknown = keys.verify('cld_unknown');
  expect(unknown).toEqual({ kind: 'unknown', reason: expect.stringContaining('does not know this API key') });
  expect(keys.verify('sk-foreign')).toEqual({ kind: 'unknown', reason: expect.stringContaining('begin with cld_') });
  expect(JSON.stringify([unknown, keys.verify('sk-foreign')])).not.toMatch(/cld_unknown|sk-foreign/);
});

test('a key expires at its time', () => {
  let now = 1_000;
  const keys = ring({ now: () => now });
  const { secret } = keys.create({ name: 'Guest', expiresAt: 2_000 });
  expect(keys.verify(secret).kind).toBe('valid');
  now = 2_000;
  expect(keys.verify(secret)).toMatchObject({ kind: 'expired', reason: expect.stringContaining('“Guest” expired on') });
});

test('a deleted key is refused and not listed, and its name stays known and can be used again', () => {
  const onRevoked = vi.fn();
  const keys = ring({ onRevoked });
  const { apiKey, secret } = keys.create({ name: 'Phone' });
  keys.delete(apiKey.id);
  expect(keys.verify(secret).kind).toBe('unknown');
  expect(keys.state.keys).toEqual([]);
  expect(onRevoked).toHaveBeenCalledWith(apiKey.id);
  expect(ring().nameOf(apiKey.id)).toBe('Phone');
  expect(() => keys.change(apiKey.id, {})).toThrow('no such API key');
  keys.create({ name: 'Phone' });
});

test('two keys cannot have one name, in any case', () => {
  const keys = ring();
  keys.create({ name: 'Phone' });
  const { apiKey } = keys.create({ name: 'Laptop' });
  expect(() => keys.create({ name: 'phone' })).toThrow('named “phone” already');
  expect(() => keys.change(apiKey.id, { name: 'PHONE' })).toThrow('already');
  expect(keys.change(apiKey.id, { name: 'Tablet', tokensPerDay: 10 })).toMatchObject({
    name: 'Tablet',
    tokensPerDay: 10,
  });
});

test('the last use is written later, and with the end of the app', () => {
  const keys = ring({ now: () => 5_000 });
  const { apiKey } = keys.create({ name: 'Phone' });
  keys.used(apiKey.id, { address: '192.168.1.5', client: 'curl' });
  const use = { lastUsedAt: 5_000, lastAddress: '192.168.1.5', lastClient: 'curl' };
  expect(keys.state.keys).toMatchObject([use]);
  expect(ring().state.keys).toMatchObject([{ lastUsedAt: null }]);
  keys.close();
  expect(ring().state.keys).toMatchObject([use]);
});

test('where the database cannot be used, no key is valid and none can be made, with a sentence that says so', () => {
  const { secret } = ring().create({ name: 'Phone' });
  const unusable: Database = Object.create(database, { kind: { value: 'memory' } });
  const keys = openKeyRing({ database: unusable, log, onChange: () => {} });
  expect(keys.verify(secret)).toMatchObject({
    kind: 'unavailable',
    reason: expect.stringMatching(/^No API key is accepted/),
  });
  expect(keys.state.problem).toContain('data folder');
  expect(() => keys.create({ name: 'Other' })).toThrow('No API key is accepted');
});

test('a revocation that cannot be written holds at once, is reported, and is written later', () => {
  let kind: Database['kind'] = 'file';
  const failing: Database = Object.create(database, { kind: { get: () => kind } });
  const keys = openKeyRing({ database: failing, log, onChange: () => {} });
  const { apiKey, secret } = keys.create({ name: 'Phone' });
  kind = 'read-only';
  expect(() => keys.revoke(apiKey.id)).toThrow('refused from now on');
  expect(keys.verify(secret).kind).toBe('revoked');
  expect(ring().verify(secret).kind).toBe('valid');
  kind = 'file';
  keys.close();
  expect(ring().verify(secret).kind).toBe('revoked');
});
