/** The disk that holds the data folder is full, read-only or gone, or files stand in place of folders. */
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { canMount, fillDisk, makeReadOnly, mountDisk } from '../../support/smallDisk';
import { startTestApp, type TestAppOptions } from '../../support/testApp';
import { ANSWERED, type FaultPart, SETTINGS, testFaults } from './testFaults';

const FOLDERS = ['children', 'workspace', 'replay'];

let makeRoom: () => void;
let unmount: () => void;

const skipped = !canMount();

/** The app's database as something else has left it. */
async function edited(home: string, sql: string): Promise<TestAppOptions> {
  const earlier = await startTestApp({ home, settings: SETTINGS });
  await earlier.stop();
  const database = new DatabaseSync(path.join(home, 'data', 'claudacity.db'));
  database.exec(sql);
  database.close();
  return {};
}

const mounted: FaultPart[] = [
  {
    skipped,
    options: (home) => {
      unmount = mountDisk(path.join(home, 'data'), 'size=4m');
      return {};
    },
    faults: {
      'The disk is full': {
        expected: ANSWERED,
        before: ({ dataDir }) => {
          makeRoom = fillDisk(dataDir);
        },
        heal: () => makeRoom(),
      },
    },
    end: () => unmount(),
  },
  {
    skipped,
    options: async (home) => {
      unmount = mountDisk(path.join(home, 'data'), 'size=4m');
      const earlier = await startTestApp({ home, settings: SETTINGS });
      await earlier.stop();
      makeReadOnly(path.join(home, 'data'));
      return { settings: {} };
    },
    faults: { 'The disk is read-only': { expected: ANSWERED } },
    end: () => unmount(),
  },
];

testFaults(
  'disk',
  ...mounted,
  {
    faults: {
      'The data folder is deleted while the app runs': {
        expected: ANSWERED,
        before: ({ dataDir }) => rmSync(dataDir, { recursive: true }),
      },
    },
  },
  {
    options: async (home) => {
      const earlier = await startTestApp({ home, settings: SETTINGS });
      await earlier.stop();
      // Overwrites the root of a table with bytes that are no page of SQLite's.
      const file = openSync(path.join(home, 'data', 'claudacity.db'), 'r+');
      writeSync(file, Buffer.alloc(8_192, 0xa5), 0, 8_192, 4_096);
      closeSync(file);
      return {};
    },
    faults: { 'The database is damaged': { expected: ANSWERED } },
  },
  {
    options: (home) => edited(home, 'PRAGMA user_version = 999'),
    faults: { 'The database is of a later version': { expected: ANSWERED } },
  },
  {
    options: (home) => edited(home, 'DROP TABLE messages'),
    faults: { 'A table of the database is missing': { expected: ANSWERED } },
  },
  {
    options: (home) => {
      mkdirSync(path.join(home, 'data'), { recursive: true });
      for (const name of FOLDERS) writeFileSync(path.join(home, 'data', name), '');
      return {};
    },
    faults: { 'Files stand in place of the folders `children`, `workspace` and `replay`': { expected: ANSWERED } },
  },
);
