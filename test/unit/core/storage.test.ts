/** The app's storage with real SQLite files that are damaged, incomplete, of another version, or large. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStorage, type Storage } from '../../../app/core/storage';
import { NO_USAGE } from '../../../app/shared/usage';
import { SCHEMA_VERSION } from '../../../app/store/sqlite/schema';
import { removeFolder, scratchFolder } from '../../support/cli';
import { recordingLog } from '../../support/recordingLog';

// The work in a thread of its own takes its time where the machine is busy.
vi.setConfig({ testTimeout: 40_000 });

let folder: string;
let file: string;
let storage: Storage;
let keepDays: number;
let onChange: () => void;

beforeEach(async () => {
  folder = await scratchFolder();
  file = path.join(folder, 'claudacity.db');
  keepDays = 30;
  onChange = () => {};
});

afterEach(async () => {
  await storage.close();
  await removeFolder(folder);
});

function open(): Storage {
  storage = openStorage({
    dataDir: folder,
    log: recordingLog(),
    retention: () => ({ keepTexts: true, keepDays, keepBytes: 1e12 }),
    onChange: () => onChange(),
    probeEveryMs: 20,
  });
  return storage;
}

function storeConversation(id: string, answer = `answer of ${id}`): void {
  storage.conversations
    .beginTurn({
      ...{ conversation: id, owner: '', name: `name of ${id}`, client: 'test', system: 'Be brief.', model: 'sonnet' },
      ...{ keyDigest: 'key', firstDigest: 'first', digest: 'empty', history: [] },
      question: [{ role: 'user', content: [{ type: 'text', text: `question of ${id}` }] }],
    })
    .end({ role: 'assistant', content: [{ type: 'text', text: answer }] }, `digest of ${id}`, NO_USAGE);
}

const listedIds = () => storage.conversations.list(Number.MAX_SAFE_INTEGER, 1000).map(({ id }) => id);

/** Stores conversations, closes the storage and changes the file. */
async function prepareFile(ids: readonly string[], change: () => void): Promise<void> {
  open();
  for (const id of ids) storeConversation(id);
  await storage.close();
  change();
}

function editFile(sql: string): void {
  const connection = new DatabaseSync(file);
  connection.exec(sql);
  connection.close();
}

/** Overwrites pages of the file. @param share where to begin, as a share of the file */
function damageFile(share: number): void {
  const bytes = readFileSync(file);
  bytes.fill(0xff, Math.floor((bytes.length * share) / 4096) * 4096);
  writeFileSync(file, bytes);
}

const quarantined = () => storage.state.quarantined;

async function startWithQuarantined(): Promise<string> {
  open().start();
  await vi.waitFor(() => expect(quarantined()).toHaveLength(1), 20_000);
  return quarantined()[0]?.file ?? '';
}

describe('a file that cannot be used', () => {
  test('because a table is missing is renamed, listed, and says what is missing when it is to be restored', async () => {
    await prepareFile(['one'], () => editFile('DROP TABLE messages'));

    const name = await startWithQuarantined();

    expect(quarantined()).toMatchObject([{ reason: 'incomplete', detail: 'a part of it is missing: messages' }]);
    storeConversation('two');
    expect(listedIds()).toEqual(['two']);
    await expect(storage.restore(name)).rejects.toThrow('messages');
    expect(quarantined()).toHaveLength(1);
  });

  test('because a column is missing is renamed', async () => {
    await prepareFile(['one'], () => editFile('ALTER TABLE usage DROP COLUMN failed'));

    await startWithQuarantined();

    expect(quarantined()).toMatchObject([{ reason: 'incomplete', detail: 'a part of it is missing: usage.failed' }]);
  });

  test('because it is of the next version is left as it is until the user begins a new one', async () => {
    await prepareFile(['one', 'two'], () => editFile(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`));
    const before = readFileSync(file);
    open().start();
    expect(storage.state.problem).toMatchObject({ code: 'database_newer' });
    storeConversation('three');
    storage.database.probe();
    await storage.close();
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith('claudacity.db'))).toEqual(['claudacity.db']);

    open().start();
    storeConversation('four');
    storage.beginNew();
    await vi.waitFor(() => expect(quarantined()).toHaveLength(1), 20_000);
    expect(storage.state.problem).toBeUndefined();
    expect(listedIds()).toEqual(['four']);
    const name = quarantined()[0]?.file ?? '';
    expect(readFileSync(path.join(folder, name)).equals(before)).toBe(true);
  });

  test('because it is of a later version is restored once the version fits', async () => {
    await prepareFile(['one', 'two'], () => editFile('PRAGMA user_version = 999'));
    open().start();
    storage.beginNew();
    await vi.waitFor(() => expect(quarantined()).toHaveLength(1), 20_000);
    const name = quarantined()[0]?.file ?? '';
    expect(quarantined()).toMatchObject([{ reason: 'newer' }]);
    storeConversation('three');
    await expect(storage.restore(name)).rejects.toThrow('later version');

    const later = new DatabaseSync(path.join(folder, name));
    later.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    later.close();

    expect(await storage.restore(name)).toEqual({ conversations: 2, unreadable: 0 });
    expect(listedIds().sort()).toEqual(['one', 'three', 'two']);
    expect(await storage.conversations.messages('one')).toHaveLength(2);
    expect(storage.conversations.findByName('', 'name of two')).toMatchObject({ id: 'two', system: 'Be brief.' });
    expect(quarantined()).toEqual([]);
    expect(existsSync(path.join(folder, name))).toBe(false);
  });

  test('because its pages are damaged is found by the check after the start; what can be read is restored', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `conversation-${index}`);
    await prepareFile([], () => {});
    open();
    for (const id of ids) storeConversation(id, 'x'.repeat(10_000));
    await storage.close();
    damageFile(0.7);

    const name = await startWithQuarantined();

    expect(quarantined()).toMatchObject([{ reason: 'damaged' }]);
    const result = await storage.restore(name);
    expect(result.conversations).toBeGreaterThan(5);
    expect(result.unreadable).toBeGreaterThan(0);
    expect(listedIds()).toHaveLength(result.conversations);
    for (const id of listedIds()) expect(await storage.conversations.messages(id)).toHaveLength(2);
    expect(existsSync(path.join(folder, name))).toBe(true);
  });

  test('while the app runs is renamed at the first fault', async () => {
    open();
    storeConversation('one');
    storage.database.exec('DROP TABLE messages');
    storeConversation('two');

    await vi.waitFor(() => expect(quarantined()).toHaveLength(1), 20_000);

    storage.conversations.writeUnsaved();
    expect(listedIds()).toEqual(['two']);
    expect(storage.database.kind).toBe('file');
  });

  test('stays on the list over a restart, until it is dismissed', async () => {
    await prepareFile(['one'], () => editFile('DROP TABLE messages'));
    const name = await startWithQuarantined();
    await storage.close();
    open();
    expect(quarantined()).toHaveLength(1);

    storage.dismiss(name);

    expect(quarantined()).toEqual([]);
    expect(existsSync(path.join(folder, name))).toBe(true);
  });

  test('is deleted with all conversations', async () => {
    await prepareFile(['one'], () => editFile('DROP TABLE usage'));
    await startWithQuarantined();

    await storage.deleteAll();

    const bytes = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'latin1'));
    expect(bytes.join()).not.toContain('question of one');
  });
});

describe('a folder that cannot be used', () => {
  test('is used as soon as it can be, with what was in memory until then', async () => {
    // The parent of the folder is a file.
    const blocked = path.join(folder, 'blocked');
    writeFileSync(blocked, '');
    folder = path.join(blocked, 'data');
    open().start();
    storeConversation('one');
    expect(storage.state.problem).toMatchObject({ code: 'data_folder_unusable' });
    expect(storage.database.kind).toBe('memory');

    rmSync(blocked);
    await vi.waitFor(() => expect(storage.state.problem).toBeUndefined(), 20_000);

    expect(storage.database.kind).toBe('file');
    expect(listedIds()).toEqual(['one']);
    await storage.close();
    open();
    expect(await storage.conversations.messages('one')).toHaveLength(2);
    folder = path.dirname(blocked);
  });
});

describe('a deletion', () => {
  const long = 'SECRET '.repeat(150_000);

  test('of everything takes effect at once, shows its progress, and shrinks the file', async () => {
    open();
    for (let count = 0; count < 20; count += 1) storeConversation(`conversation-${count}`, long);
    const shown: (number | undefined)[] = [];
    storage.start();
    onChange = () => void shown.push(storage.state.deletion?.done);

    const deletion = storage.deleteAll();
    // The work is not done on this thread.
    expect(listedIds()).toEqual([]);
    storeConversation('new');
    expect(listedIds()).toEqual(['new']);
    await deletion;

    expect(shown.filter((done) => done !== undefined && done > 0 && done < 1).length).toBeGreaterThan(3);
    expect(shown.at(-1)).toBeUndefined();
    expect(listedIds()).toEqual(['new']);
    const names = readdirSync(folder);
    expect(names.map((name) => readFileSync(path.join(folder, name), 'latin1')).join()).not.toContain('SECRET');
    expect(readFileSync(file).length).toBeLessThan(1_000_000);
  });

  test('that the end of the app cuts short goes on with the next start', async () => {
    open();
    storeConversation('one', long);
    storage.database.exec("UPDATE conversations SET deleted = 1 WHERE id = 'one'");
    await storage.close();

    open().start();
    const left = storage.database.prepare('SELECT count(*) AS count FROM messages');
    await vi.waitFor(() => expect(left.get()).toEqual({ count: 0 }), 20_000);
  });

  test('of an id that is used again at the same moment costs the new conversation nothing', async () => {
    open();
    storeConversation('one', long);
    const deletion = storage.conversations.delete('one');
    storeConversation('one', 'the new answer');
    await deletion;

    expect(JSON.stringify(await storage.conversations.messages('one'))).toContain('the new answer');
  });
});
