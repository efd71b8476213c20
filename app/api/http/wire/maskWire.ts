/** Takes secrets out of what went over the wire, before anybody sees it. */
import { maskKeys } from '../../../shared/access/maskKeys';

export type Header = readonly [name: string, value: string];

const SECRET_HEADER = /auth|cookie|key|token|secret|password|credential|session/i;
/** Names like the ones above that tell nothing: of fields, hosts and protocols. */
const OPEN_HEADER = /^(access-control-|sec-websocket-key$|:authority$|x-claudacity-|idempotency-key$)/i;

/** Of a header that carries a secret, the scheme stays: `Bearer …`. */
export function maskHeader([name, value]: Header): Header {
  if (!isSecretHeader(name)) return [name, maskText(value)];
  const scheme = /^(Bearer|Basic|Digest)\s/i.exec(value)?.[1];
  return [name, scheme === undefined ? '…' : `${scheme} …`];
}

export function isSecretHeader(name: string): boolean {
  return SECRET_HEADER.test(name) && !OPEN_HEADER.test(name);
}

/** Of a URL or a body: keys of known forms, and the values of parameters and fields that are named like a secret. */
export function maskText(text: string): string {
  return maskKeys(text).replace(SECRET_PARAMETER, '$1…').replace(SECRET_FIELD, '$1"…"');
}

const SECRET_NAME =
  '(?:[\\w-]*(?:api|access|secret|private|auth)[_-]?(?:key|token)|key|token|secret|password|authorization|client_secret)';
const SECRET_PARAMETER = new RegExp(`([?&]${SECRET_NAME}=)[^&#\\s"']+`, 'gi');
const SECRET_FIELD = new RegExp(`("(?!key")${SECRET_NAME}"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)+"`, 'gi');

/** Longer runs of base64 are images and documents. */
const BASE64 = /(data:[\w.+-]+\/[\w.+-]+;base64,)?[A-Za-z0-9+/]{1024,}={0,2}/g;

/** The body as text: secrets are masked, and binary data is replaced by its size. */
export function bodyText(body: Buffer): string {
  if (body.length === 0) return '';
  if (body.includes(0)) return `[${body.length} bytes of binary data]`;
  const text = body.toString('utf8');
  return maskText(text.replace(BASE64, (data) => `[${Math.floor((data.length * 3) / 4)} bytes of base64]`));
}
