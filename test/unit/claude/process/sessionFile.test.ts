/** What of a history goes into a session file, and what becomes of the file. What the CLI makes of one: test/api/claude/protocol.test.ts. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ApiBlock, ApiMessage } from '../../../../app/claude/process/outgoingMessages';
import {
  removeSessionFiles,
  splitHistory,
  supportsSessionFiles,
  writeSessionFile,
} from '../../../../app/claude/process/sessionFile';

const user = (...content: ApiBlock[]): ApiMessage => ({ role: 'user', content });
const assistant = (...content: ApiBlock[]): ApiMessage => ({ role: 'assistant', content });
const said = (text: string): ApiBlock => ({ type: 'text', text });
const CALL: ApiBlock = { type: 'tool_use', id: 't', name: 'weather', input: {} };
const exchanges = (count: number) =>
  Array.from({ length: count }, () => [user(said('q')), assistant(said('a'))]).flat();

describe('of a history', () => {
  test('a short one goes into no file', () => {
    const history = exchanges(23);

    expect(splitHistory(history)).toEqual({ resumable: [], remaining: history });
  });

  test('a long one goes into the file as a whole', () => {
    const history = exchanges(24);

    expect(splitHistory(history)).toEqual({ resumable: history, remaining: [] });
  });

  test('what comes after the last words of the model that call no tool is replayed', () => {
    const tail = [user(said('q')), assistant(said('I look.'), CALL)];

    expect(splitHistory([...exchanges(30), ...tail])).toEqual({ resumable: exchanges(30), remaining: tail });
  });

  test('one that is nothing but calls of tools is replayed', () => {
    const history = Array.from({ length: 40 }, () => [user(said('r')), assistant(CALL)]).flat();

    expect(splitHistory(history)).toEqual({ resumable: [], remaining: history });
  });
});

test.each([
  ['2.1.250', false],
  ['2.1.279', false],
  ['2.1.280', true],
  ['2.1.330', true],
  ['2.2.0', false],
  ['3.0.0', false],
])('the file is for a CLI that was seen to take it: %s, %s', (version, expected) => {
  expect(supportsSessionFiles(version)).toBe(expected);
});

describe('the file', () => {
  let home: string;
  let folder: string;

  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'claudacity-test-'));
    folder = path.join(home, 'replay');
  });

  afterEach(() => rm(home, { recursive: true, force: true }));

  test('has a line for each message, each naming the one before it', async () => {
    const history = exchanges(2);

    const rows = (await readFile(await writeSessionFile(folder, history), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

    expect(rows.map(({ type, message }) => ({ type, content: message.content }))).toEqual(
      history.map(({ role, content }) => ({ type: role, content })),
    );
    expect(rows.map(({ parentUuid }) => parentUuid)).toEqual([null, ...rows.slice(0, -1).map(({ uuid }) => uuid)]);
  });

  test.skipIf(process.platform === 'win32')('can be read by nobody but its user', async () => {
    const file = await writeSessionFile(folder, exchanges(1));

    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  test('that a killed app has left is removed, and no folder is no fault', async () => {
    await removeSessionFiles(folder);
    await mkdir(folder);
    await writeFile(path.join(folder, 'left.jsonl'), 'words');

    await removeSessionFiles(folder);

    expect(await readdir(folder)).toEqual([]);
  });
});
