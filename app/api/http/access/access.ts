/**
 * Access control and its threat model. The port is open on every network interface by default; a client that passes spends the
 * owner's Claude allowance and reads the answers. Four kinds of client are expected:
 *
 * 1. A program on another computer. It must send an API key. Nothing else about it is trusted, least of all a forwarding header.
 * 2. A program on this computer. It could run `claude` itself, so it needs no key.
 * 3. A web page of a foreign site, open in a browser on this computer. It can send requests here, but the browser adds the
 *    page's origin: only listed origins pass, and never `null`, which any sandboxed frame can send.
 * 4. The same page after its host name has been made to resolve to this computer (DNS rebinding). For the browser the page and
 *    this server then have the same origin, but the Host header still names the foreign site: without a key, it must name this machine.
 * 5. A program that has an API key. Who reads the key (in a settings file, a backup, a proxy's log, over plain HTTP on the network) can do
 *    all that the key may, from everywhere, and a page can, too, from an allowed origin. What bounds the damage is set for each key:
 *    scopes, models, expiry, limits. The key says what a stranger can not: whose conversations these are. A key in a path (`/k/KEY/…`) gets
 *    into the logs of proxies and browsers in between; so the owner must allow it for each key.
 *
 * Not covered: other users of this computer, and pages that another local server serves from `localhost`. All checks are made
 * before any byte of the body is read.
 */
import type { RequestHandler } from 'express';
import type { KeyVerdict } from '../../../keys/keyRing';
import { SETTINGS } from '../../../shared/settings';
import { Refusal, type RefusalCode } from '../../fault';
import { exchangeOf } from '../exchange';
import { answerPreflight, setCorsHeaders } from './cors';
import { namesThisMachine } from './hosts';
import { isLoopback } from './networks';
import { isAllowedOrigin } from './origins';
import { requestKey } from './requestKey';

/** The user's rules; they are read for every request. */
export interface AccessRules {
  /** Origins that are allowed in addition to those of this computer; `*` matches any text. */
  origins(): readonly string[];
  /** What an API key that was sent is. */
  verifyKey(secret: string): KeyVerdict;
}

/** Refuses a request by throwing `Refusal`, and answers CORS preflight requests itself. */
export function accessControl(rules: AccessRules): RequestHandler {
  return (req, res, next) => {
    const exchange = exchangeOf(res);
    const { origin, host = '' } = req.headers;
    const originAllowed = origin === undefined || isAllowedOrigin(origin, host, rules.origins());
    res.vary('Origin');
    if (origin !== undefined && originAllowed) setCorsHeaders(res, origin);

    const sent = requestKey(req, rules.verifyKey);
    const hasValidKey = sent.kind === 'valid';
    if (sent.kind === 'valid') exchange.setKey(sent.key);
    const local = isLoopback(exchange.address);
    const preflight = req.method === 'OPTIONS';

    const refuse = (status: number, code: RefusalCode, message: string, recorded = message): never => {
      exchange.markRefused();
      throw new Refusal(status, code, message, recorded);
    };

    // Also from where no key is needed: the program means to be counted under its key.
    if (sent.kind === 'refused' && !preflight) refuse(401, 'invalid_api_key', sent.reason);
    // The browser sends a preflight request without the key, and then the request itself with it.
    if (!local && !hasValidKey && !preflight) {
      refuse(401, 'invalid_api_key', 'requests from another computer need an API key');
    }
    if (local && !hasValidKey && !namesThisMachine(host)) {
      refuse(403, 'forbidden', FOREIGN_HOST, 'refused: the Host header does not name this computer');
    }
    if (!originAllowed) refuse(403, 'forbidden', FOREIGN_ORIGIN, 'refused: the page’s origin is not allowed');
    if (preflight) answerPreflight(res, req.headers['access-control-request-headers'] ?? '');
    else next();
  };
}

const FOREIGN_HOST =
  'the Host header does not name this computer: use its address, localhost or its name, or send an API key';
const FOREIGN_ORIGIN = `requests from web pages of this origin are not allowed: add the origin to ${SETTINGS.origins.variables[0]}, and start Claudacity again`;
