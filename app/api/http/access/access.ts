/**
 * Access control and its threat model. The port is open on every network interface by default; a client that passes spends the
 * owner's Claude allowance and reads the answers. These kinds of client are expected:
 *
 * 1. A program on another computer. It must send an API key, unless the owner has listed its address. Nothing else about it is
 *    trusted, least of all a forwarding header.
 * 2. A program on this computer. It could run `claude` itself, so it needs no key, on loopback or on another address of this computer.
 * 3. A program in a container or virtual machine on this computer. People run images of strangers there, so it needs a key
 *    unless the owner turns the switch for containers on. networks.ts says who could pretend to be one of these.
 * 4. A web page of a foreign site, open in a browser on this computer. It can send requests here, but the browser adds the
 *    page's origin: only listed origins pass, compared as origins, and never `null`, which any sandboxed frame can send.
 *    Requests without an origin, as for images, can only read, and the browser hides the answer from the page (securityHeaders.ts).
 * 5. The same page after its host name has been made to resolve to this computer (DNS rebinding). For the browser the page and
 *    this server then have the same origin, but the Host header still names the foreign site: without a key, it must name this machine
 *    (hosts.ts).
 * 6. A program that has an API key. Who reads the key (in a settings file, a backup, a proxy's log, over plain HTTP on the network) can do
 *    all that the key may, from everywhere, and a page can, too, from an allowed origin. What bounds the damage is set for each key:
 *    scopes, models, expiry, limits. The key says what a stranger can not: whose conversations these are. A key in a path (`/k/KEY/…`) gets
 *    into the logs of proxies and browsers in between; so the owner must allow it for each key.
 * 7. Somebody who sends nothing but refused requests, to fill the disk, the log or the window. What is kept of them is bounded (knocks.ts).
 * 8. This app itself, which sends a request again for the user: a ticket in a header stands for the key (again/tickets.ts). Its 32 random bytes are
 *    valid once, for ten seconds and from this computer, and are in no record; who could read them could read this process's memory.
 *
 * Not covered: other users of this computer; whoever a proxy or tunnel on this computer lets in; pages that another local server serves from
 * `localhost`; who answers for this computer's own name in its network. All checks are made before any byte of the body is read.
 */
import type { Request, RequestHandler } from 'express';
import type { KeyVerdict } from '../../../keys/keyRing';
import type { KnockReason } from '../../../shared/access/knocks';
import { Refusal } from '../../fault';
import { AGAIN_HEADER, type Tickets } from '../again/tickets';
import { exchangeOf } from '../exchange';
import { answerPreflight, setCorsHeaders } from './cors';
import { namesThisMachine } from './hosts';
import type { Knocks } from './knocks';
import { thisMachine } from './machine';
import { type NetworkRules, peerOf } from './networks';
import { isAllowedOrigin } from './origins';
import { type Attempt, RECORDED, refusalMessage, remedies } from './refusals';
import { type RequestKey, requestKey } from './requestKey';

/** The user's rules; they are read for every request. */
export interface AccessRules extends NetworkRules {
  /** Origins that are allowed in addition to those of this computer; `*` is any port, or any first label. */
  origins(): readonly string[];
  /** Names and addresses in the Host header that are allowed without a key, in addition to those of this computer. Default none. */
  hostNames?(): readonly string[];
  /** What an API key that was sent is. */
  verifyKey(secret: string): KeyVerdict;
  /** The requests that this app sends again itself. */
  readonly tickets?: Pick<Tickets, 'take'>;
  /** Counts the refused requests. */
  readonly knocks?: Pick<Knocks, 'add'>;
}

/** Refuses a request by throwing `Refusal`, and answers CORS preflight requests itself. */
export function accessControl(rules: AccessRules): RequestHandler {
  const machine = thisMachine();
  return (req, res, next) => {
    const { origin, host = '' } = req.headers;
    const originAllowed = origin === undefined || isAllowedOrigin(origin, host, rules.origins());
    res.vary('Origin');
    if (origin !== undefined && originAllowed) setCorsHeaders(res, origin);

    const exchange = exchangeOf(res);
    const ends = peerOf(endsOf(req), rules, machine);
    const { place } = ends;
    // A ticket that comes from elsewhere is used up, and counts for nothing.
    const presented = rules.tickets?.take(req.headers[AGAIN_HEADER]);
    const ticket = place === 'loopback' || place === 'ownAddress' ? presented : undefined;
    delete req.headers[AGAIN_HEADER];
    if (ticket) exchange.markAgain(ticket.key);
    const sent: RequestKey = ticket ? { kind: 'none' } : requestKey(req, rules.verifyKey);
    const hasValidKey = sent.kind === 'valid';
    if (sent.kind === 'valid') exchange.setKey(sent.key);
    const needsKey = ends.needsKey && ticket === undefined;
    const preflight = req.method === 'OPTIONS';

    const refuse = (reason: KnockReason, message?: string): never => {
      const attempt: Attempt = {
        place,
        address: exchange.address,
        port: req.socket.localPort ?? 0,
        host,
        origin: origin ?? '',
        sentForeignKey: sent.kind === 'foreign',
      };
      exchange.markRefused();
      rules.knocks?.add({
        address: attempt.address,
        from: FROM[place],
        reason,
        value: reason === 'host' || reason === 'origin' ? attempt[reason] : '',
        client: exchange.client,
        remedies: remedies(reason, attempt),
        keyHelps: reason !== 'origin',
      });
      const [status, code] = reason === 'host' || reason === 'origin' ? FORBIDDEN : UNAUTHORIZED;
      if (reason === 'refusedKey') throw new Refusal(status, code, message ?? '');
      throw new Refusal(status, code, refusalMessage(reason, attempt), RECORDED[reason]);
    };

    // Also from where no key is needed: the program means to be counted under its key.
    if (sent.kind === 'refused' && !preflight) refuse('refusedKey', sent.reason);
    // The browser sends a preflight request without the key, and then the request itself with it; what it then asks is checked again.
    if (needsKey && !hasValidKey && !preflight) refuse('noKey');
    if (
      !ticket &&
      !needsKey &&
      !hasValidKey &&
      !preflight &&
      !namesThisMachine(host, rules.hostNames?.() ?? [], machine)
    ) {
      refuse('host');
    }
    if (!originAllowed) refuse('origin');
    ticket?.onAdmitted(exchange.id);
    if (preflight) answerPreflight(req, res);
    else next();
  };
}

const UNAUTHORIZED = [401, 'invalid_api_key'] as const;
const FORBIDDEN = [403, 'forbidden'] as const;

const FROM = {
  loopback: 'this computer',
  ownAddress: 'this computer',
  container: 'container',
  range: 'network',
  network: 'network',
} as const;

function endsOf({ socket }: Request) {
  return { peer: socket.remoteAddress ?? '', local: socket.localAddress ?? '' };
}
