/** The request log of the window, with the real CLI: what was said and sent, outcomes, and what the user can do with a request. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RequestDetails, RequestTexts } from '../../app/shared/contract';
import { removeFolder, scratchFolder } from '../support/cli';
import { gate, httpError, rateLimits, streamError, text, thinking, toolUse, usage } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
beforeEach(() => app.api.reset());
afterAll(() => app.stop());

/** The time after which something did not happen, on a slow machine. */
const PATIENCE = { timeout: 20_000 };

interface Dialect {
  name: string;
  path: string;
  body(messages: readonly object[], fields?: object): object;
}

const DIALECTS: readonly Dialect[] = [
  { name: 'ollama', path: '/api/chat', body: (messages, fields) => ({ model: 'sonnet', messages, ...fields }) },
  {
    name: 'openai',
    path: '/v1/chat/completions',
    body: (messages, fields) => ({ model: 'sonnet', messages, ...fields }),
  },
  {
    name: 'anthropic',
    path: '/v1/messages',
    body: (messages, fields) => ({ model: 'sonnet', max_tokens: 1000, messages, ...fields }),
  },
];
const [OLLAMA, OPENAI, ANTHROPIC] = DIALECTS as [Dialect, Dialect, Dialect];

const ask = (dialect: Dialect, messages: readonly object[], fields: object = {}, headers: object = {}) =>
  send(app.url + dialect.path, {
    body: JSON.stringify(dialect.body(messages, { stream: true, ...fields })),
    headers: { 'content-type': 'application/json', ...headers },
  });

const user = (content: unknown) => ({ role: 'user', content });
const newestId = () => app.core.calls['requests.older'](Number.MAX_SAFE_INTEGER, 1)[0]?.id ?? '';

async function ended(id = newestId()): Promise<RequestDetails> {
  return vi.waitFor(() => {
    const details = app.core.calls['requests.details'](id);
    expect(details?.durationMs).not.toBeNull();
    return details as RequestDetails;
  }, PATIENCE);
}

function said(id: string, version = -1): RequestTexts {
  const texts = app.core.calls['requests.said'](id, version);
  if (texts === null || typeof texts === 'string') throw new Error(`no texts: ${texts}`);
  return texts;
}

const joined = (texts: RequestTexts, kind: 'text' | 'thinking') =>
  texts.answer.map((part) => (part.kind === kind ? part.text : '')).join('');

describe.each(DIALECTS)('$name', (dialect) => {
  test('what is said can be read while it streams, and afterwards from the database', async () => {
    const half = gate();
    app.api.answer(text('Half of it '), half, text('and the rest.'), usage({ output: 4 }));
    const answer = ask(dialect, [user(`Tell me about ${dialect.name}  \n otters.`)]);
    await half.reached;
    const id = await vi.waitFor(() => {
      const found = newestId();
      expect(joined(said(found), 'text')).toContain('Half');
      return found;
    }, PATIENCE);

    const running = said(id);
    expect(running).toMatchObject({ running: true, earlierMessages: 0 });
    expect(app.core.calls['requests.said'](id, running.version)).toBeNull();
    expect(app.core.calls['requests.older'](Number.MAX_SAFE_INTEGER, 1)[0]).toMatchObject({
      outcome: 'answering',
      asked: `Tell me about ${dialect.name} otters.`,
    });
    half.open();
    await answer;
    const details = await ended(id);
    expect(details).toMatchObject({ outcome: 'answered', queueMs: expect.any(Number), toolWaitMs: null });
    expect(details.processMs).toBeCloseTo((details.loadMs ?? 0) - (details.queueMs ?? 0));
    expect(details.promptMs).toBeCloseTo((details.firstTokenMs ?? 0) - (details.loadMs ?? 0));
    const page = await app.core.calls['requests.search']({ text: `${dialect.name} otters rest` }, 8e15, 10);
    expect(page.rows.map((row) => row.id)).toEqual([id]);
    expect(said(id)).toMatchObject({ running: false, answer: [{ kind: 'text', text: 'Half of it and the rest.' }] });
    expect(app.core.calls['requests.said'](id, said(id).version)).toBeNull();
  });

  test('a stopped answer ends in the form of its dialect, and is no failure', async () => {
    const half = gate();
    app.api.answer(text('To be stopped'), half);
    const answer = ask(dialect, [user('Go on for ever.')]);
    await half.reached;
    const id = await vi.waitFor(() => {
      expect(joined(said(newestId()), 'text')).toContain('stopped');
      return newestId();
    }, PATIENCE);
    app.core.calls['requests.stop'](id);
    expect((await answer).text).toContain('stopped by the user');
    expect(await ended(id)).toMatchObject({ outcome: 'stopped', phase: 'stopped' });
    expect(joined(said(id), 'text')).toBe('To be stopped');
  });

  test('asking again sends the same body, and records it as a request of its own', async () => {
    app.api.setDefaultAnswer(text('Again.'), usage({ output: 2 }));
    await ask(dialect, [user(`Once more, ${dialect.name}.`)], {}, { 'user-agent': 'curl/8' });
    const first = await ended();
    const id = await app.core.calls['requests.askAgain'](first.id);
    expect(id).not.toBe(first.id);
    const second = await ended(id);
    expect(second).toMatchObject({ outcome: 'answered', client: 'curl (again)', asked: first.asked, path: first.path });
    expect(joined(said(id), 'text')).toBe('Again.');
    const bodies = [first.id, id].map((one) => app.core.calls['requests.wire'](one)?.request.body);
    expect(bodies[0]).toContain('Once more');
    expect(bodies[1]).toBe(bodies[0]);
  });
});

test('a tool call, its result and the time between them are recorded', async () => {
  const tools = [{ name: 'get_weather', description: 'w', input_schema: { type: 'object', properties: {} } }];
  app.api.answer(text('Let me see.'), toolUse('get_weather', { city: 'Oslo' }), usage({ output: 9 }));
  const first = JSON.parse((await ask(ANTHROPIC, [user('Weather?')], { stream: false, tools })).text);
  const call = await ended();
  expect(call).toMatchObject({ outcome: 'called_tools' });
  expect(said(call.id).answer).toMatchObject([
    { kind: 'text', text: 'Let me see.' },
    { kind: 'tool_call', name: 'get_weather', done: true, input: expect.stringContaining('Oslo') },
  ]);
  app.api.answer(text('Rain.'), usage({ output: 2 }));
  const id = first.content.find(({ type }: { type: string }) => type === 'tool_use').id;
  const result = { type: 'tool_result', tool_use_id: id, content: 'It rains.' };
  await ask(ANTHROPIC, [user('Weather?'), { role: 'assistant', content: first.content }, user([result])], { tools });
  const resumed = await ended();
  expect(resumed).toMatchObject({
    outcome: 'answered',
    asked: 'result of get_weather',
    toolWaitMs: expect.any(Number),
  });
  expect(said(resumed.id)).toMatchObject({
    earlierMessages: 2,
    question: [{ kind: 'tool_result', text: 'It rains.', isError: false }],
  });
});

test('thinking and images are parts of what was said', async () => {
  const data = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  app.api.answer(thinking('Hmm, ', 'a pixel.'), text('A pixel.'), usage({ output: 5 }));
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
  await ask(ANTHROPIC, [user([image, { type: 'text', text: 'What is it?' }])], {
    max_tokens: 4000,
    thinking: { type: 'enabled', budget_tokens: 2000 },
  });
  const { id, asked } = await ended();
  await app.core.calls['requests.search']({}, 8e15, 1);
  expect(asked).toBe('What is it?');
  expect(said(id).question).toMatchObject([
    { kind: 'image', mediaType: 'image/png', dataUrl: `data:image/png;base64,${data}` },
    { kind: 'text', text: 'What is it?' },
  ]);
  expect(said(id).answer).toEqual([
    { kind: 'thinking', text: 'Hmm, a pixel.' },
    { kind: 'text', text: 'A pixel.' },
  ]);
});

test('a limit of the plan is an outcome of its own', async () => {
  const subscriber = await startTestApp({ account: 'subscription' });
  const resets = Math.floor(Date.now() / 1000) + 3600;
  const limits = rateLimits({ status: 'rejected', fiveHour: 1, fiveHourReset: resets, sevenDayReset: resets });
  const fields = limits.kind === 'headers' ? limits.headers : {};
  subscriber.api.setDefaultAnswer(httpError(429, 'rate_limit_error', 'Limit reached.', fields));
  for (let count = 0; count < 2; count += 1) {
    await send(subscriber.url + OPENAI.path, { body: JSON.stringify(OPENAI.body([user(`Limited ${count}?`)])) });
  }
  const search = () => subscriber.core.calls['requests.search']({ outcomes: ['plan_limit'] }, 8e15, 10);
  try {
    await expect.poll(async () => (await search()).total, PATIENCE).toBe(2);
  } finally {
    await subscriber.stop();
  }
});

test('an answer that breaks off, a limit of the API and an invalid request have outcomes of their own', async () => {
  app.api.answer(text('Begin'), streamError('api_error', 'Lost.'));
  await ask(OPENAI, [user('Break off.')]);
  expect(await ended()).toMatchObject({ outcome: 'broke_off', phase: 'failed', status: 200 });
  app.api.setDefaultAnswer(httpError(529, 'overloaded_error', 'Busy.'));
  await ask(OPENAI, [user('Overloaded.')]);
  expect(await ended()).toMatchObject({ outcome: 'overloaded' });
  await ask(OPENAI, [user('Which?')], { model: 'no-such-model' });
  expect(await ended()).toMatchObject({ outcome: 'invalid' });
  await send(`${app.url}/v1/models`, { headers: { authorization: 'Bearer cld_unknownunknownunknownunknown' } });
  expect(await ended()).toMatchObject({ outcome: 'refused' });
});

test('a ticket from elsewhere, an old one and a made-up one let nobody in', async () => {
  const key = app.core.calls['keys.create']({ name: 'Away' });
  await ask(OLLAMA, [user('With a key.')], {}, { authorization: `Bearer ${key.secret}` });
  const first = await ended();
  expect(first).toMatchObject({ keyName: 'Away' });
  const again = await ended(await app.core.calls['requests.askAgain'](first.id));
  expect(again).toMatchObject({ keyName: 'Away', keyId: first.keyId });
  const host = { host: 'evil.example', 'x-claudacity-again': 'x'.repeat(43) };
  expect((await send(`${app.url}/v1/models`, { headers: host })).status).toBe(403);
  app.core.calls['keys.revoke'](key.apiKey.id);
  await expect(app.core.calls['requests.askAgain'](first.id)).rejects.toThrow('not valid any more');
});

test('curl with the copied command sends the same body, and the command has no secret', async () => {
  const key = app.core.calls['keys.create']({ name: 'Curl' });
  const question = `It's "odd": $HOME \`id\` \\ 'quotes' !! ü`;
  await ask(OPENAI, [user(question)], { stream: false }, { authorization: `Bearer ${key.secret}` });
  const first = await ended();
  const command = app.core.calls['requests.curl'](first.id);
  expect(command).not.toContain(key.secret);
  const env = { ...process.env, CLAUDACITY_KEY: key.secret };
  await promisify(execFile)('bash', ['-c', command], { env, timeout: 60_000 });
  const second = await ended();
  expect(second).toMatchObject({ keyName: 'Curl', outcome: 'answered' });
  const bodies = [first.id, second.id].map((id) => app.core.calls['requests.wire'](id)?.request.body);
  expect(bodies[1]).toBe(bodies[0]);
  const har = JSON.parse(app.core.requestsHar([first.id, second.id]));
  expect(JSON.stringify(har)).not.toContain(key.secret);
  expect(har.log.entries).toHaveLength(2);
  expect(har.log.entries[0].request.postData.text).toBe(bodies[0]);
});

test('where the settings keep texts out, none is in a file, and the window is told why', async () => {
  const home = await scratchFolder();
  const secretive = await startTestApp({ home, settings: { keepTexts: false } });
  try {
    secretive.api.setDefaultAnswer(text('MaRkEdAnSwEr'), usage({ output: 2 }));
    for (const dialect of DIALECTS) {
      const body = JSON.stringify(dialect.body([user('MaRkEdQuEsTiOn')], { stream: true, system: 'MaRkEdSyStEm' }));
      await send(secretive.url + dialect.path, { body });
    }
    const { rows } = await secretive.core.calls['requests.search']({}, 8e15, 10);
    expect(rows.map(({ asked }) => asked)).toEqual(['', '', '']);
    const id = rows[0]?.id ?? '';
    expect(secretive.core.calls['requests.said'](id, -1)).toBe('private');
    const wire = secretive.core.calls['requests.wire'](id);
    expect(wire).toMatchObject({ request: { body: null }, response: { body: null } });
    expect(wire?.request.bytes).toBeGreaterThan(0);
    await expect(secretive.core.calls['requests.askAgain'](id)).rejects.toThrow('keep texts out');
    await secretive.stop();
    expect(await filesWith(secretive.dataDir, 'MaRkEd')).toEqual([]);
  } finally {
    await secretive.stop();
    await removeFolder(home);
  }
});

test('texts are gone from every file when the history is deleted', async () => {
  const home = await scratchFolder();
  const other = await startTestApp({ home });
  try {
    other.api.setDefaultAnswer(text('MaRkEdAnSwEr'), usage({ output: 2 }));
    await send(other.url + OLLAMA.path, { body: JSON.stringify(OLLAMA.body([user('MaRkEdQuEsTiOn')])) });
    const { rows } = await other.core.calls['requests.search']({ text: 'markedquestion' }, 8e15, 10);
    expect(rows).toHaveLength(1);
    await other.core.calls['conversations.deleteAll']();
    expect((await other.core.calls['requests.search']({ text: 'markedquestion' }, 8e15, 10)).rows).toEqual([]);
    expect(other.core.calls['requests.said'](rows[0]?.id ?? '', -1)).toBe('deleted');
    expect((await other.core.calls['requests.search']({}, 8e15, 10)).rows).toMatchObject([{ asked: '' }]);
    await other.stop();
    expect(await filesWith(other.dataDir, 'MaRkEd')).toEqual([]);
  } finally {
    await other.stop();
    await removeFolder(home);
  }
});

async function filesWith(folder: string, mark: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const));
  return texts.filter(([, content]) => content.includes(mark)).map(([file]) => file);
}
