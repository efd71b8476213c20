/** Pages of which origins may send requests. Origins are compared as scheme, host and port, never as texts. */
import { matchesOrigin, parseOrigin, parseOriginPattern, type WebOrigin } from '../../../shared/access/webOrigins';

/** Pages that a server on this computer serves, at any port. */
const LOCAL_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '0.0.0.0', '[::1]']);

/** Schemes of desktop programs' own pages, which no web site can have. */
const APP_SCHEMES: ReadonlySet<string> = new Set(['app', 'file', 'tauri', 'vscode-webview', 'vscode-file']);

/** Whether pages of the origin may send requests. @param host the request's Host header: this server's own pages may. */
export function isAllowedOrigin(origin: string, host: string, allowed: readonly string[]): boolean {
  const parsed = parseOrigin(origin);
  if (parsed === null) return false;
  const isWeb = parsed.scheme === 'http' || parsed.scheme === 'https';
  if (APP_SCHEMES.has(parsed.scheme) || (isWeb && LOCAL_HOSTS.has(parsed.host))) return true;
  if (isWeb && isSame(parsed, parseOrigin(`${parsed.scheme}://${host}`))) return true;
  return patternsOf(allowed).some((pattern) => matchesOrigin(pattern, parsed));
}

function isSame(origin: WebOrigin, own: WebOrigin | null): boolean {
  return own !== null && own.host !== '' && origin.host === own.host && origin.port === own.port;
}

/** The parsed patterns of the list that was asked for last: the list is the same object until the user changes it. */
let lastList: readonly string[] = [];
let lastPatterns: readonly WebOrigin[] = [];

function patternsOf(list: readonly string[]): readonly WebOrigin[] {
  if (list !== lastList) {
    lastPatterns = list.map(parseOriginPattern).filter((pattern) => pattern !== null);
    lastList = list;
  }
  return lastPatterns;
}
