/**
 * Users write this server's address with a slash at its end, or with the `/v1` or `/api` that their client adds by itself; the
 * client then asks for `//api/chat` or `/v1/v1/messages`. There is but one thing that they can mean.
 */

/** @param url a request's own, query included. One that is no path of this server's is left as it is. */
export function normalizePath(url: string): string {
  const [path = ''] = url.split('?', 1);
  if (!path.startsWith('/')) return url;
  const single = path.replaceAll(/\/{2,}/g, '/').replace(/^(\/v1|\/api)\1(?=\/|$)/, '$1');
  return single + url.slice(path.length);
}
