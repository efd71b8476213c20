import { expect, test } from 'vitest';
import { decimal, integer } from '../../../app/shared/settingKinds';

const texts = { default: 1, group: 'general', label: '', description: '' } as const;

test('what is valid is said with thousands apart', () => {
  expect(integer({ ...texts, min: 1, max: 256 }).expected).toBe('a whole number from 1 to 256');
  expect(integer({ ...texts, min: 1000, max: 1_000_000 }).expected).toBe('a whole number from 1,000 to 1,000,000');
  expect(decimal({ ...texts, min: 0.0005, max: 12345.6789 }).expected).toBe('a number from 0.0005 to 12,345.6789');
});
