/** What a request with an API key may do: the paths that the key reaches, and its limits. Comes after the access check. */
import type { Request, RequestHandler } from 'express';
import { ChatError } from '../../../chat/errors';
import type { KeyLimits } from '../../../keys/keyLimits';
import type { KeyUse } from '../../../keys/keyRing';
import type { Journal } from '../../../store/journal';
import type { Route } from '../../dialect';
import { Refusal } from '../../fault';
import { exchangeOf } from '../exchange';

export interface KeyRulesDeps {
  readonly keys: { used(id: string, use: KeyUse): void };
  readonly limits: KeyLimits;
  readonly journal: Pick<Journal, 'details'>;
}

/**
 * Refuses what the request's key does not allow, and notes its use.
 * @throws Refusal 403 for a path that the key does not reach, ChatError `rate_limit` where a limit is used up.
 */
export function keyRules(routes: readonly Route[], { keys, limits, journal }: KeyRulesDeps): RequestHandler {
  const scopes = new Map(routes.map(({ path, scope = 'inference' }) => [path, scope]));
  const askingPaths = new Set(
    routes.filter(({ streamDefault }) => streamDefault !== undefined).map(({ path }) => path),
  );
  return (req, res, next) => {
    const exchange = exchangeOf(res);
    const { key, address, client } = exchange;
    if (key === null) return next();
    const path = matchedPath(req);
    const scope = scopes.get(path) ?? 'any';
    if (scope !== 'any' && !key.scopes.includes(scope)) {
      const reason = `the API key “${key.name}” does not reach ${scope}: allow that in Claudacity, or use another key`;
      throw new Refusal(403, 'forbidden', reason);
    }
    const admission = limits.admit(key, askingPaths.has(path));
    if (admission.kind === 'limited') {
      throw new ChatError('rate_limit', admission.message, {
        retryAfterMs: admission.retryAfterMs,
        limit: 'key',
      });
    }
    keys.used(key.id, { address, client });
    void exchange.ended.then(() => admission.release(journal.details(exchange.id)));
    next();
  };
}

function matchedPath(req: Request): string {
  const route: { path?: unknown } | undefined = req.route;
  return typeof route?.path === 'string' ? route.path : '';
}
