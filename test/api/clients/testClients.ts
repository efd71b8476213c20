/** The tests of a row in the table of clients: one for each cell, and one that compares the table in the document with their results. */
import fs from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/testApp';
import { recordTraffic } from '../../support/traffic';
import { CASES } from './cases';
import type { Client } from './client';
import { type CellResult, withRow } from './clientsTable';
import { CASE_NAMES, type CaseName } from './names';

const TABLE = 'context/OLLAMA_COMPATIBILITY.md';

/** All clients of a test file share one app whose CLI is signed in and one whose CLI is not. */
export function testClients(clients: readonly Client[]): void {
  let app: TestApp;
  let signedOut: TestApp;
  const recordings: (() => void)[] = [];

  beforeAll(async () => {
    [app, signedOut] = await Promise.all([startTestApp(), startTestApp({ account: 'signed-out' })]);
    const folder = process.env.CLAUDACITY_TRAFFIC;
    if (folder) recordings.push(recordTraffic(app.port, folder), recordTraffic(signedOut.port, folder));
  });
  afterAll(async () => {
    for (const end of recordings) end();
    await Promise.all([app.stop(), signedOut.stop()]);
  });
  beforeEach(() => app.api.reset());

  for (const client of clients) describe(client.name, () => testRow(client));

  function testRow(client: Client): void {
    const row = new Map<CaseName, CellResult>();

    for (const name of CASE_NAMES) {
      const reason = client.lacks?.[name];
      if (reason !== undefined) {
        row.set(name, { result: 'lacks', note: reason });
        continue;
      }
      test(name, async () => {
        const note = client.remarks?.[name];
        const show = (result: CellResult['result']) => row.set(name, { result, ...(note !== undefined && { note }) });
        show('fails');
        const connection = client.connect(app.url);
        const question = `${name} with ${client.name}?`;
        await CASES[name]({ client, app, connection, signedOut: client.connect(signedOut.url), question });
        show('works');
      });
    }

    test(`its row in ${TABLE} has the results of these tests (npm run test:clients writes it)`, () => {
      const document = fs.readFileSync(TABLE, 'utf8');
      const updated = withRow(document, client.name, row);
      if (process.env.CLAUDACITY_CLIENTS_TABLE === 'write') fs.writeFileSync(TABLE, updated);
      else expect(document).toBe(updated);
    });
  }
}
