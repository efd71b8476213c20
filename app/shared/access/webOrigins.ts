/** Web origins (scheme, host, port) and the patterns that users write for them. */

/** An origin or a pattern, in lower case. */
export interface WebOrigin {
  /** Without the colon: `https`. */
  readonly scheme: string;
  /** IPv6 addresses keep their brackets. In a pattern, `*.` may stand in front of a name, for exactly one label. */
  readonly host: string;
  /** Empty for the scheme's default port. In a pattern, `*` is any port. */
  readonly port: string;
}

/** Which patterns `parseOriginPattern` accepts, in words. */
export const ORIGIN_PATTERNS =
  'origins such as https://chat.example, http://nas:3000 or chrome-extension://ID, by commas; `*` may stand for the whole port or the first label of the name';

/**
 * Parses the value of an Origin header. Null for what is no serialized origin: `null`, user info, a path, several origins, `*`.
 * It is never parsed as a URL, which would drop what does not belong there.
 */
export function parseOrigin(text: string): WebOrigin | null {
  const origin = parse(text, ORIGIN);
  return origin === null || !isHost(origin.host) ? null : origin;
}

/**
 * Parses what a user allows. A `*` stands for the whole port or for the whole first label of a name with at least two more, so that neither
 * `http://localhost*` nor `https://*.com` nor `*` can let in pages of sites that the user did not mean. Null for anything else.
 */
export function parseOriginPattern(text: string): WebOrigin | null {
  const pattern = parse(text.trim().replace(/\/$/, ''), PATTERN);
  if (pattern === null) return null;
  const { host } = pattern;
  if (!host.startsWith('*.')) return isHost(host) ? pattern : null;
  return /\./.test(host.slice(2)) && !/^[\d.]+$/.test(host.slice(2)) && isHost(host.slice(2)) ? pattern : null;
}

/** Whether the origin is one of those that the pattern stands for. */
export function matchesOrigin(pattern: WebOrigin, origin: WebOrigin): boolean {
  if (pattern.scheme !== origin.scheme) return false;
  if (pattern.port !== '*' && pattern.port !== origin.port) return false;
  if (!pattern.host.startsWith('*.')) return pattern.host === origin.host;
  const dot = origin.host.indexOf('.');
  return dot > 0 && origin.host.slice(dot) === pattern.host.slice(1);
}

const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/([^:/?#@\\\s[\]*,]*|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/;
const PATTERN = /^([a-z][a-z0-9+.-]*):\/\/((?:\*\.)?[^:/?#@\\\s[\]*,]*|\[[0-9a-f:.]+\])(?::(\d{1,5}|\*))?$/;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

function parse(text: string, form: RegExp): WebOrigin | null {
  const [whole, scheme = '', host = '', port = ''] = form.exec(text.toLowerCase()) ?? [];
  if (whole === undefined) return null;
  return { scheme, host, port: port === DEFAULT_PORTS[scheme] ? '' : port };
}

/** The host of an extension or an app may be any word; `file://` has none. */
function isHost(host: string): boolean {
  return host === '' || host.startsWith('[') || /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host);
}
