/** Splitting a history, and writing and removing session files. test/api/claude/protocol.test.ts shows what the CLI does with one. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  isLongHistory,
  isSlowToReplay,
  isWorthCaching,
  removeSessionFiles,
  splitHistory,
  supportsSessionFiles,
  writeSessionFile,
} from '../../../../app/claude/history/sessionFile';
import type { ApiBlock, ApiMessage } from '../../../../app/claude/process/outgoingMessages';

const user = (...content: ApiBlock[]): ApiMessage => ({ role: 'user', content });
const assistant = (...content: ApiBlock[]): ApiMessage => ({ role: 'assistant', content });
const textBlock = (text: string): ApiBlock => ({ type: 'text', text });
const CALL: ApiBlock = { type: 'tool_use', id: 't', name: 'weather', input: {} };
const exchanges = (count: number) =>
  Array.from({ length: count }, () => [user(textBlock('q')), assistant(textBlock('a'))]).flat();

describe('splitHistory', () => {
  test('puts the whole of a history into the file', () => {
    const history = exchanges(24);

    expect(splitHistory(history)).toEqual({ resumable: history, remaining: [] });
  });

  test('leaves the messages after the model’s last message without a tool call to be replayed', () => {
    const tail = [user(textBlock('q')), assistant(textBlock('I look.'), CALL)];

    expect(splitHistory([...exchanges(30), ...tail])).toEqual({ resumable: exchanges(30), remaining: tail });
  });

  test('uses no file where all of the model’s messages are tool calls', () => {
    const history = Array.from({ length: 40 }, () => [user(textBlock('r')), assistant(CALL)]).flat();

    expect(splitHistory(history)).toEqual({ resumable: [], remaining: history });
  });
});

test.each([
  [119, false, false],
  [120, false, true],
  [700, true, false],
  [800, true, true],
])(
  'a history with %i messages of the user’s, whose texts need no turn: %s, is long: %s',
  (count, appendsTexts, expected) => {
    expect(isSlowToReplay(exchanges(count), appendsTexts)).toBe(expected);
  },
);

test.each([
  [119, false],
  [120, true],
])('a history with %i messages of the user’s is long: %s', (count, expected) => {
  expect(isLongHistory(exchanges(count))).toBe(expected);
});

test('a history with 120 results of tools is slow to replay', () => {
  const result: ApiBlock = { type: 'tool_result', tool_use_id: 't', content: [], is_error: false };
  const history = Array.from({ length: 120 }, () => [user(result), assistant(CALL)]).flat();

  expect(isSlowToReplay(history, true)).toBe(true);
});

test.each([
  ['a short text', textBlock('words'), false],
  ['a long text', textBlock('words '.repeat(3_000)), true],
  ['a call with a long input', { ...CALL, input: { file: 'words '.repeat(3_000) } }, true],
])('a history with %s is worth caching: %s', (_, block, expected) => {
  expect(isWorthCaching([user(textBlock('q')), assistant(block)])).toBe(expected);
});

test.each([
  ['2.1.250', false],
  ['2.1.279', false],
  ['2.1.280', true],
  ['2.1.330', true],
  ['2.2.0', false],
  ['3.0.0', false],
])('only tested versions of the CLI get a session file: %s, %s', (version, expected) => {
  expect(supportsSessionFiles(version)).toBe(expected);
});

describe('a session file', () => {
  let home: string;
  let folder: string;

  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'claudacity-test-'));
    folder = path.join(home, 'replay');
  });

  afterEach(() => rm(home, { recursive: true, force: true }));

  test('has a line for each message, which names the line before it as its parent', async () => {
    const history = exchanges(2);

    const { file, userUuids } = await writeSessionFile(folder, history);
    const rows = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

    expect(rows.map(({ type, message }) => ({ type, content: message.content }))).toEqual(
      history.map(({ role, content }) => ({ type: role, content })),
    );
    expect(userUuids).toEqual(rows.filter(({ type }) => type === 'user').map(({ uuid }) => uuid));
    expect(rows.map(({ parentUuid }) => parentUuid)).toEqual([null, ...rows.slice(0, -1).map(({ uuid }) => uuid)]);
  });

  test.skipIf(process.platform === 'win32')('can be read only by its user', async () => {
    const { file } = await writeSessionFile(folder, exchanges(1));

    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  test('that a killed app has left is removed; a missing folder is no error', async () => {
    await removeSessionFiles(folder);
    await mkdir(folder);
    await writeFile(path.join(folder, 'left.jsonl'), 'words');

    await removeSessionFiles(folder);

    expect(await readdir(folder)).toEqual([]);
  });

  test('has the CLI’s rows behind the first message of the user’s', async () => {
    const row = {
      attachment: { type: 'date', date: '2026-11-26' },
      rendered: [{ content: 'Today' }],
      renderedRole: 'system',
    };
    const greeting = assistant(textBlock('Hello'));

    const { file, userUuids, hasNotes } = await writeSessionFile(folder, [greeting, ...exchanges(2)], [row, row]);

    const entries = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(entries.map(({ type }) => type)).toEqual([
      ...['assistant', 'user', 'attachment', 'attachment', 'assistant', 'user', 'assistant'],
    ]);
    expect(entries[2]).toMatchObject({ ...row, parentUuid: userUuids[0] });
    expect(entries.slice(1).map(({ parentUuid }) => parentUuid)).toEqual(entries.slice(0, -1).map(({ uuid }) => uuid));
    expect(hasNotes).toBe(true);
  });
});
