/** A row of the table of clients: a test a cell, and one that the table says what the cells have shown. */
import fs from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/testApp';
import { recordTraffic } from '../../support/traffic';
import { CASES } from './cases';
import type { Client } from './client';
import { type Shown, withRow } from './clientsTable';
import { CASE_NAMES, type CaseName } from './names';

const TABLE = 'context/OLLAMA_COMPATIBILITY.md';

/** For a file of its own: all of the clients ask one app, whose CLI is signed in, and another one where nobody is. */
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
    const row = new Map<CaseName, Shown>();

    for (const name of CASE_NAMES) {
      const reason = client.lacks?.[name];
      if (reason !== undefined) {
        row.set(name, { result: 'lacks', note: reason });
        continue;
      }
      test(name, async () => {
        const note = client.remarks?.[name];
        const show = (result: Shown['result']) => row.set(name, { result, ...(note !== undefined && { note }) });
        show('fails');
        const connection = client.connect(app.url);
        const question = `${name} with ${client.name}?`;
        await CASES[name]({ client, app, connection, signedOut: client.connect(signedOut.url), question });
        show('works');
      });
    }

    test(`its row in ${TABLE} says what these tests have shown (npm run test:clients writes it)`, () => {
      const document = fs.readFileSync(TABLE, 'utf8');
      const shown = withRow(document, client.name, row);
      if (process.env.CLAUDACITY_CLIENTS_TABLE === 'write') fs.writeFileSync(TABLE, shown);
      else expect(document).toBe(shown);
    });
  }
}
