/** Every row of scopes.md, sent to the real server with a key of each scope. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY_SCOPES, type KeyScope } from '../../../app/shared/access/keys';
import { servedRoutes } from '../../fuzz/servedRoutes';
import { send } from '../../support/send';
import { startTestApp, type TestApp } from '../../support/testApp';

/** Method and path as the server has them, and whether a key of each scope reaches them: `yes` or `no`. */
const rows = readFileSync(path.join(__dirname, 'scopes.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| [A-Z]+ \//.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

let app: TestApp;
const secrets = new Map<KeyScope, string>();

beforeAll(async () => {
  app = await startTestApp();
  for (const scope of KEY_SCOPES) {
    secrets.set(scope, app.core.calls['keys.create']({ name: scope, scopes: [scope] }).secret);
  }
});
afterAll(() => app.stop());

test('the table has every route of the server', () => {
  const served = servedRoutes().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(rows.map(([request]) => request).sort()).toEqual([...new Set(served)].sort());
});

test.each(rows)('%s', async (request = '', ...reached) => {
  const [method = '', route = ''] = request.split(' ');
  const url = `${app.url}${route.replace(':digest', 'sha256:0').replace('*id', 'sonnet').replace(':file', 'docs.css')}`;
  const answers = KEY_SCOPES.map(async (scope) => {
    const headers = { 'x-api-key': secrets.get(scope) };
    const { status, text } = await send(url, { method, headers, ...(method === 'POST' && { body: '{}' }) });
    // A HEAD has no body with the reason.
    const isRefused = status === 403 && (method === 'HEAD' || text.includes(`the API key “${scope}” does not reach`));
    expect(status === 403).toBe(isRefused);
    return isRefused ? 'no' : 'yes';
  });
  expect(await Promise.all(answers)).toEqual(reached);
});

test('no row has reached the API', () => {
  expect(app.api.requests).toHaveLength(0);
});
