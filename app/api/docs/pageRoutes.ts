/** The documentation's page, as build/bundle.mjs has put it together: from the folder beside the bundled main file, or in a checkout from out/. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Route, RouteReply } from '../dialect';
import { Refusal } from '../fault';

export const pageRoutes: readonly Route[] = [
  { method: 'get', path: '/docs', docs: null, handle: () => file('index.html') },
  { method: 'get', path: '/docs/:file', docs: null, handle: ({ params }) => file(params.file ?? '') },
];

const TYPES: ReadonlyMap<string, string> = new Map([
  ['index.html', 'text/html; charset=utf-8'],
  ['docs.js', 'text/javascript; charset=utf-8'],
  ['docs.css', 'text/css; charset=utf-8'],
]);

/** The page loads what comes from here, and nothing else. */
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

/** @throws Refusal for a file that is none of the page's. */
async function file(name: string): Promise<RouteReply> {
  const contentType = TYPES.get(name);
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
