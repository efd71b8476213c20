/** What a form about an API key makes of what was typed. */
import { expect, test } from 'vitest';
import type { ApiKey } from '../../../../app/shared/access/keys';
import { keyDraft, keyFaults, keyFields } from '../../../../renderer/settings/access/keyDraft';
import { demoKeys } from '../../../support/rendererDev/demoKeys';

const NOW = 1_800_000_000_000;
const key = (fields: Partial<ApiKey>): ApiKey => ({ ...(demoKeys(NOW)[1] as ApiKey), ...fields });

test('a new key may ask the model and nothing else', () => {
  expect(keyFields({ ...keyDraft(), name: ' Phone ' }, NOW)).toMatchObject({ name: 'Phone', scopes: ['inference'] });
});

test('a key that may not ask the model may not do so after a change of something else', () => {
  const draft = { ...keyDraft(key({ scopes: ['metrics'] })), requestsPerMinute: '3' };
  expect(keyFields(draft, NOW)).toMatchObject({ scopes: ['metrics'], requestsPerMinute: 3 });
});

test('a change leaves the expiry as it was, unless another is chosen', () => {
  const draft = keyDraft(key({ expiresAt: NOW + 1_000 }));
  expect(keyFields(draft, NOW)).not.toHaveProperty('expiresAt');
  expect(keyFields({ ...draft, expires: '7' }, NOW).expiresAt).toBe(NOW + 7 * 86_400_000);
});

test('a limit that is no number above 0 is named', () => {
  const faults = keyFaults({ ...keyDraft(), requestsPerMinute: '0', tokensPerDay: 'many', usdPerDay: '-1' });
  expect(Object.keys(faults).sort()).toEqual(['name', 'requestsPerMinute', 'tokensPerDay', 'usdPerDay']);
});
