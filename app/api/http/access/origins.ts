/** Pages of which origins may send requests. */

const LOCAL_ORIGINS: readonly string[] = [
  ...['localhost', '127.0.0.1', '0.0.0.0', '[::1]'].flatMap((host) =>
    ['http', 'https'].flatMap((scheme) => [`${scheme}://${host}`, `${scheme}://${host}:*`]),
  ),
  'app://*',
  'file://*',
  'tauri://*',
  'vscode-webview://*',
  'vscode-file://*',
];

/** Whether pages of the origin may send requests. @param host the request's Host header: this server's own pages may. */
export function isAllowedOrigin(origin: string, host: string, allowed: readonly string[]): boolean {
  const lowerOrigin = origin.toLowerCase();
  if (lowerOrigin === 'null') return false;
  if (lowerOrigin === `http://${host.toLowerCase()}` || lowerOrigin === `https://${host.toLowerCase()}`) return true;
  return [...LOCAL_ORIGINS, ...allowed].some((pattern) => matches(pattern.trim().toLowerCase(), lowerOrigin));
}

function matches(pattern: string, origin: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return origin === first;
  if (!origin.startsWith(first) || !origin.endsWith(last) || origin.length < first.length + last.length) return false;
  let middle = origin.slice(first.length, origin.length - last.length);
  for (const part of rest) {
    const at = middle.indexOf(part);
    if (at < 0) return false;
    middle = middle.slice(at + part.length);
  }
  return true;
}
