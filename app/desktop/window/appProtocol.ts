/**
 * The page's own scheme, `app://claudacity/`, instead of file://: a real origin, which the content security policy and the check of IPC senders
 * rely on. The page gets its data by IPC, so the policy allows it nothing but its own files.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { protocol } from 'electron';

export const PAGE_URL = 'app://claudacity/';

/** Must be called before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/**
 * Answers `app://claudacity/` with the files of a folder, and everything else with 404.
 * @param scriptsAfter scripts are not served before this has resolved: they call the app.
 */
export function servePage(folder: string, scriptsAfter: Promise<void>): void {
  protocol.handle('app', async ({ method, url }) => {
    const file = method === 'GET' ? fileOf(folder, url) : undefined;
    const type = file && CONTENT_TYPES[path.extname(file)];
    if (file?.endsWith('.js')) await scriptsAfter;
    const body = file && type ? await readFile(file).catch(() => undefined) : undefined;
    if (!type || !body) return new Response('not found', { status: 404, headers: HEADERS });
    const policy = type.startsWith('text/html') ? pagePolicy(String(body)) : POLICY;
    return new Response(body, { headers: { ...HEADERS, 'content-security-policy': policy, 'content-type': type } });
  });
}

/** Whether an address is the page's. A frame that has loaded nothing yet has an empty address. */
export function isPageUrl(address: string): boolean {
  return address.startsWith(PAGE_URL);
}

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
};

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** The policy with the hash of the document's own style, the only inline one that is allowed. */
function pagePolicy(document: string): string {
  const style = /<style>(.*?)<\/style>/s.exec(document)?.[1];
  if (style === undefined) return POLICY;
  const hash = createHash('sha256').update(style).digest('base64');
  return POLICY.replace("style-src 'self'", `style-src 'self' 'sha256-${hash}'`);
}

function fileOf(folder: string, address: string): string | undefined {
  if (!isPageUrl(address)) return undefined;
  const { pathname } = new URL(address);
  const file = path.join(folder, decodeURIComponent(pathname === '/' ? '/index.html' : pathname));
  return file.startsWith(folder + path.sep) ? file : undefined;
}
