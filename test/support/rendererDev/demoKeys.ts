/** API keys of the demo, and the calls that change them. */

import type { ApiKey, KeysState } from '../../../app/shared/access/keys';
import type { CallHandlers } from '../../../app/shared/contract';

const HOUR_MS = 3_600_000;

export function demoKeys(now: number): ApiKey[] {
  return [
    key({ id: 'k3', name: 'Open WebUI', prefix: 'cld_9fQx', createdAt: now - 40 * HOUR_MS, lastUsedAt: now - 90_000 }),
    key({
      ...{
        id: 'k2',
        name: 'Phone',
        prefix: 'cld_Zk3a',
        createdAt: now - 300 * HOUR_MS,
        expiresAt: now + 700 * HOUR_MS,
      },
      ...{ models: ['haiku', 'sonnet'], requestsPerMinute: 20, tokensPerDay: 200_000, usdPerDay: 1.5, inUrl: true },
    }),
    key({
      id: 'k1',
      name: 'Old laptop',
      prefix: 'cld_w0Ob',
      createdAt: now - 900 * HOUR_MS,
      revokedAt: now - 200 * HOUR_MS,
    }),
  ];
}

/** @param state reads the topic's value; `change` replaces it. */
export function keyHandlers(
  state: () => KeysState,
  change: (keys: ApiKey[]) => void,
): Pick<CallHandlers, 'keys.list' | 'keys.create' | 'keys.change' | 'keys.revoke' | 'keys.delete'> {
  const update = (id: string, changes: Partial<ApiKey>): ApiKey => {
    const keys = state().keys.map((one) => (one.id === id ? { ...one, ...changes } : one));
    change(keys);
    return keys.find((one) => one.id === id) as ApiKey;
  };
  return {
    'keys.list': state,
    'keys.create': (fields) => {
      const apiKey = key({ id: `k${Date.now()}`, prefix: 'cld_mR7t', createdAt: Date.now(), ...definedFields(fields) });
      change([apiKey, ...state().keys]);
      return { apiKey, secret: `cld_mR7t${'x'.repeat(39)}` };
    },
    'keys.change': (id, fields) => update(id, definedFields(fields)),
    'keys.revoke': (id) => update(id, { revokedAt: Date.now() }),
    'keys.delete': (id) => change(state().keys.filter((one) => one.id !== id)),
  };
}

function definedFields<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function key(fields: Partial<ApiKey> & Pick<ApiKey, 'id' | 'createdAt' | 'prefix'>): ApiKey {
  return {
    name: '',
    expiresAt: null,
    revokedAt: null,
    models: [],
    requestsPerMinute: null,
    tokensPerDay: null,
    usdPerDay: null,
    scopes: ['inference'],
    inUrl: false,
    accountId: null,
    lastUsedAt: null,
    lastAddress: fields.lastUsedAt ? '172.17.0.2' : '',
    lastClient: fields.lastUsedAt ? 'Open WebUI' : '',
    ...fields,
  };
}
