/** What the user has typed about a key, and what it means. */
import type { ApiKey, KeyScope } from '../../../app/shared/access/keys';

/** Not imported: the page takes types alone from a file with schemas (app/shared/contract.ts). */
const SCOPES: readonly KeyScope[] = ['inference', 'history', 'metrics'];

export interface KeyDraft {
  name: string;
  /** Days from now; '' for never; `keep` for what it was. */
  expires: string;
  models: string;
  /** The id of the account that answers; '' for the default one. */
  account: string;
  requestsPerMinute: string;
  tokensPerDay: string;
  usdPerDay: string;
  /** What a key that was made elsewhere may not do, the window does not add. */
  inference: boolean;
  history: boolean;
  metrics: boolean;
  inUrl: boolean;
}

export const EXPIRIES: readonly (readonly [value: string, title: string])[] = [
  ['', 'Never'],
  ['7', 'In a week'],
  ['30', 'In 30 days'],
  ['90', 'In 90 days'],
  ['365', 'In a year'],
];

const DAY_MS = 24 * 60 * 60_000;

export function keyDraft(apiKey?: ApiKey): KeyDraft {
  const text = (value: number | null | undefined) => (value === null || value === undefined ? '' : String(value));
  return {
    name: apiKey?.name ?? '',
    expires: apiKey && apiKey.expiresAt !== null ? 'keep' : '',
    models: apiKey?.models.join(', ') ?? '',
    account: apiKey?.accountId ?? '',
    requestsPerMinute: text(apiKey?.requestsPerMinute),
    tokensPerDay: text(apiKey?.tokensPerDay),
    usdPerDay: text(apiKey?.usdPerDay),
    inference: apiKey?.scopes.includes('inference') ?? true,
    history: apiKey?.scopes.includes('history') ?? false,
    metrics: apiKey?.scopes.includes('metrics') ?? false,
    inUrl: apiKey?.inUrl ?? false,
  };
}

/** The fields of `keys.create` and `keys.change`. @param now ms since the epoch */
export function keyFields(draft: KeyDraft, now: number) {
  const scopes = SCOPES.filter((scope) => draft[scope]);
  return {
    name: draft.name.trim(),
    models: draft.models.split(/[\s,]+/).filter((model) => model !== ''),
    accountId: draft.account === '' ? null : draft.account,
    requestsPerMinute: numberOf(draft.requestsPerMinute),
    tokensPerDay: numberOf(draft.tokensPerDay),
    usdPerDay: numberOf(draft.usdPerDay),
    scopes,
    inUrl: draft.inUrl,
    ...(draft.expires !== 'keep' && {
      expiresAt: draft.expires === '' ? null : now + Number(draft.expires) * DAY_MS,
    }),
  };
}

/** What is wrong with a field, in words for the place beside it. */
export function keyFaults(draft: KeyDraft): Partial<Record<keyof KeyDraft, string>> {
  const whole = 'a whole number above 0, or empty for no limit';
  return {
    ...(draft.name.trim() === '' && { name: 'a name, so that you recognise the key' }),
    ...(!isWhole(draft.requestsPerMinute) && { requestsPerMinute: whole }),
    ...(!isWhole(draft.tokensPerDay) && { tokensPerDay: whole }),
    ...(draft.usdPerDay.trim() !== '' &&
      !(Number(draft.usdPerDay) > 0) && { usdPerDay: 'an amount above 0, or empty for no limit' }),
  };
}

function isWhole(text: string): boolean {
  return text.trim() === '' || (/^\d+$/.test(text.trim()) && Number(text) > 0);
}

function numberOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}
