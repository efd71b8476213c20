/**
 * Serves the documentation page that build/bundle.mjs builds: from the folder next to the bundled main file or, in a checkout,
 * from out/.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Route, RouteReply } from '../dialect';
import { Refusal } from '../fault';

export const pageRoutes: readonly Route[] = [
  { method: 'get', path: '/docs', docs: null, scope: 'any', handle: () => fileReply('index.html') },
  // The page names its files relative to `/docs`; a browser that opened `/docs/` looks for them here.
  ...['/docs/:file', '/docs/docs/:file'].map(
    (path): Route => ({
      method: 'get',
      path,
      docs: null,
      scope: 'any',
      handle: ({ params }) => fileReply(params.file ?? ''),
    }),
  ),
];

/** The page's files, with their content types. */
const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['index.html', 'text/html; charset=utf-8'],
  ['docs.js', 'text/javascript; charset=utf-8'],
  ['docs.css', 'text/css; charset=utf-8'],
]);

/** The page can load resources of this server alone. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** @throws Refusal for a name that is not a file of the page. */
async function fileReply(name: string): Promise<RouteReply> {
  const contentType = CONTENT_TYPES.get(name);
  if (contentType === undefined) throw notFound('there is no such file');
  try {
    const text = await readFile(path.join(folder(), name), 'utf8');
    return { type: 'text', text, contentType, headers: HEADERS };
  } catch {
    throw notFound('the page has not been built: run `npm run bundle`');
  }
}

function folder(): string {
  const bundled = path.join(__dirname, 'docs');
  return existsSync(bundled) ? bundled : path.join(__dirname, '../../../out/docs');
}

function notFound(message: string): Refusal {
  return new Refusal(404, 'not_found', message);
}
