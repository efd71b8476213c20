/**
 * Bundles the page as build/bundle.mjs does and serves it from memory under the app's Content-Security-Policy, with a bridge that plays a
 * day of use: for looking at the page, and for tests of it in a browser.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '../../..');
const DOCUMENT = fs.readFileSync(path.join(ROOT, 'renderer', 'index.html'), 'utf8');
const STYLE_HASH = createHash('sha256')
  .update(/<style>(.*?)<\/style>/s.exec(DOCUMENT)?.[1] ?? '')
  .digest('base64');
/** As in app/desktop/window/appProtocol.ts. */
const POLICY = `default-src 'none'; script-src 'self'; style-src 'self' 'sha256-${STYLE_HASH}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Serves the page on a free port of loopback. @returns {Promise<{ url: string, close: () => Promise<void> }>} */
export async function servePage() {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: ['renderer/main.tsx'],
    outdir: 'out/renderer',
    bundle: true,
    write: false,
    format: 'esm',
    splitting: true,
    target: 'chrome114',
    jsx: 'automatic',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const files = new Map(outputFiles.map((file) => [`/${path.basename(file.path)}`, file.text]));
  files.set('/', DOCUMENT);
  const server = http.createServer((request, response) => {
    const name = request.url ?? '/';
    const text = files.get(name);
    const type = /** @type {Record<string, string>} */ (TYPES)[path.extname(name) || '.html'] ?? 'text/plain';
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': type, 'content-security-policy': POLICY });
    response.end(text);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The script that a browser must run before the page does. @param {import('./demoBridge').Demo} demo */
export async function demoScript(demo) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(HERE, 'demoBridge.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'chrome114',
  });
  return `globalThis.claudacityDemo = ${JSON.stringify(demo)};\n${outputFiles[0]?.text}`;
}
