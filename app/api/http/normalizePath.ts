/**
 * Corrects paths of a misconfigured client: users often enter a base URL with a trailing slash, or with the `/v1` or `/api` that
 * the client itself adds, and the client then requests `//api/chat` or `/v1/v1/messages`.
 */

/**
 * Merges repeated slashes and a repeated `/v1` or `/api`.
 * @param url path and query of a request; an absolute URL is returned unchanged.
 */
export function normalizePath(url: string): string {
  const [path = ''] = url.split('?', 1);
  if (!path.startsWith('/')) return url;
  const single = path.replaceAll(/\/{2,}/g, '/').replace(/^(\/v1|\/api)\1(?=\/|$)/, '$1');
  return single + url.slice(path.length);
}
