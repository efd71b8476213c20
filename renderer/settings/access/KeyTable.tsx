/** The API keys, the newest first: what each may do, who used it last, and what can be done with it. */
import type { ApiKey } from '../../../app/shared/access/keys';
import type { CliAccount } from '../../../app/shared/cli/accounts';
import { formatCompact, formatDate, formatLastUse, formatUsd, plural } from '../../ui/format';

export interface KeyTableProps {
  readonly keys: readonly ApiKey[];
  readonly accounts: readonly CliAccount[];
  /** Ms since the epoch. */
  readonly now: number;
  readonly onAsk: (kind: 'change' | 'revoke' | 'delete', apiKey: ApiKey) => void;
}

export function KeyTable({ keys, accounts, now, onAsk }: KeyTableProps) {
  return (
    <ul className="access-list">
      {keys.map((apiKey) => {
        const state = stateOf(apiKey, now);
        return (
          <li key={apiKey.id} className="key" data-ended={state !== null}>
            <div className="key-head">
              <span className="key-name">{apiKey.name}</span>
              <code className="key-prefix">{apiKey.prefix}…</code>
              {state && <span className="key-state">{state}</span>}
              <span className="key-actions">
                {state === null && (
                  <>
                    <button type="button" className="link" onClick={() => onAsk('change', apiKey)}>
                      Change
                    </button>
                    <button type="button" className="link" onClick={() => onAsk('revoke', apiKey)}>
                      Revoke
                    </button>
                  </>
                )}
                {state !== null && (
                  <button type="button" className="link" onClick={() => onAsk('delete', apiKey)}>
                    Delete
                  </button>
                )}
              </span>
            </div>
            <div className="key-facts">
              {lastUse(apiKey, now)} · {limits(apiKey, accounts, now).join(' · ')}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** Why the key is not accepted any more; null where it is. */
function stateOf({ revokedAt, expiresAt }: ApiKey, now: number): string | null {
  if (revokedAt !== null) return `revoked ${formatLastUse(revokedAt, now)}`;
  return expiresAt !== null && expiresAt <= now ? `expired ${formatLastUse(expiresAt, now)}` : null;
}

function lastUse({ lastUsedAt, lastClient, lastAddress, createdAt }: ApiKey, now: number): string {
  if (lastUsedAt === null) return `made ${formatLastUse(createdAt, now)}, not used yet`;
  return `used ${formatLastUse(lastUsedAt, now)} by ${lastClient || 'a program'} from ${lastAddress}`;
}

/** What the key may do, each in a few words. */
function limits(apiKey: ApiKey, accounts: readonly CliAccount[], now: number): string[] {
  const { accountId, expiresAt, models, requestsPerMinute, tokensPerDay, usdPerDay, scopes, inUrl } = apiKey;
  const all = [
    accountId !== null && `account ${accounts.find(({ id }) => id === accountId)?.name ?? 'that was removed'}`,
    models.length > 0 ? models.join(', ') : 'all models',
    requestsPerMinute !== null && `${plural(requestsPerMinute, 'request')} a minute`,
    tokensPerDay !== null && `${formatCompact(tokensPerDay)} tokens a day`,
    usdPerDay !== null && `${formatUsd(usdPerDay)} a day`,
    scopes.includes('history') && 'reads the history',
    scopes.includes('metrics') && 'reads metrics',
    !scopes.includes('inference') && 'asks no model',
    inUrl && 'may be in the URL',
    expiresAt !== null && expiresAt > now && `expires ${formatDate(expiresAt)}`,
  ];
  return all.filter((one): one is string => one !== false);
}
