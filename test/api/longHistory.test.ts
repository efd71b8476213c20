/**
 * A long history that no process holds: it is loaded from a session file where texts may be written to disk, otherwise replayed turn by turn,
 * or with texts that need no turns, and reaches the model exactly each way.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ask,
  assistant,
  type ChatMessage,
  requestFor,
  transcriptSeenByApi,
  uniqueWord,
  user,
} from '../support/conversation';
import { text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

function longHistory(): ChatMessage[] {
  const mark = uniqueWord();
  return Array.from({ length: 130 }, (_, at) => [
    user(at === 7 ? '/context of @/etc/hostname' : `${mark} question ${at}`),
    assistant(`${mark} answer ${at}`),
  ]).flat();
}

function transcriptLines(messages: readonly ChatMessage[]): string[] {
  return messages.map(({ role, content }) => `${role}: ${content}`);
}

const FUNCTION = { name: 'weather', description: '', parameters: { type: 'object', properties: {} } };
const CALL = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Kyiv"}' } };

describe.each([
  { keepTexts: true, reuseProcesses: false, where: 'texts may be stored' },
  { keepTexts: false, reuseProcesses: false, where: 'texts must not be stored' },
  { keepTexts: true, reuseProcesses: true, where: 'its texts need no turns' },
])('where $where, a long history', ({ keepTexts, reuseProcesses }) => {
  const isFromFile = keepTexts && !reuseProcesses;
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ settings: { keepTexts, reuseProcesses } });
  });

  afterAll(() => app.stop());

  /** The names of the session files; undefined where none was ever written. */
  const sessionFiles = () => {
    const folder = path.join(app.dataDir, 'replay');
    return existsSync(folder) ? readdirSync(folder) : undefined;
  };

  test('reaches the model as it was sent, and its process takes the follow-up', async () => {
    const system: ChatMessage = { role: 'system', content: uniqueWord() };
    const history = [...longHistory(), user(uniqueWord('Q'))];
    const answer = assistant(uniqueWord('A'));
    const next = user(uniqueWord('Q'));
    app.api.answer(text(String(answer.content)));

    const first = await ask(app, [system, ...history]);
    const second = await ask(app, [system, ...history, answer, next]);

    expect([first.path, second.path]).toEqual(['replay', 'live']);
    const request = requestFor(app.api, String(next.content));
    expect(transcriptSeenByApi(request)).toEqual(transcriptLines([...history, answer, next]));
    expect(request.system).toEqual([system.content]);
    expect(app.api.requests.map(({ history }) => history.length)).toEqual([261, 263]);
  });

  test('that ends with a tool call continues with its result', async () => {
    const history = [...longHistory(), user('And the weather?')];
    const call = { ...assistant('I look.'), tool_calls: [CALL] };
    const result: ChatMessage = { role: 'tool', tool_call_id: 'call_1', content: uniqueWord('R') };

    const { path } = await ask(app, [...history, call, result], { tools: [{ type: 'function', function: FUNCTION }] });

    expect(path).toBe('replay');
    expect(transcriptSeenByApi(requestFor(app.api, String(result.content)))).toEqual([
      ...transcriptLines(history),
      'assistant: I look.|[weather {"city":"Kyiv"}]',
      `user: [result ${JSON.stringify([{ type: 'text', text: result.content }])}]`,
    ]);
  });

  test(keepTexts ? 'leaves no session file' : 'is written to no session file', () => {
    // With texts that need no turns, a file is of use only once the CLI's notes are known.
    const possible = isFromFile ? [[]] : keepTexts ? [undefined, []] : [undefined];
    expect(possible).toContainEqual(sessionFiles());
  });
});

test('where no session file can be written, a long history reaches the model all the same', async () => {
  const app = await startTestApp({ settings: { reuseProcesses: false } });
  try {
    writeFileSync(path.join(app.dataDir, 'replay'), 'no folder');
    const history = [...longHistory(), user(uniqueWord('Q'))];

    expect((await ask(app, history)).path).toBe('replay');

    expect(transcriptSeenByApi(requestFor(app.api, String(history.at(-1)?.content)))).toEqual(transcriptLines(history));
    expect(app.log.entries.some(({ message }) => message.includes('replayed turn by turn'))).toBe(true);
  } finally {
    await app.stop();
  }
});
