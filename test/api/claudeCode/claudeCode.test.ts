/** The real Claude Code as a client of the app: it is told the app's address and nothing else, and has an MCP server of its own. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { captureOutput } from '../../../build/setup/command.mjs';
import { claudePath, cliEnvironment, leftoverProcesses, removeFolder, scratchFolder } from '../../support/cli';
import { httpError, text, toolUse } from '../../support/messagesApi';
import { type RecordingProxy, startRecordingProxy } from '../../support/recordingProxy';
import { startTestApp, type TestApp } from '../../support/testApp';

let app: TestApp;
let proxy: RecordingProxy;
let home: string;

beforeAll(async () => {
  app = await startTestApp();
  proxy = await startRecordingProxy(app.port);
  home = await scratchFolder();
  await mkdir(path.join(home, 'work'));
  const server = path.resolve('test/api/claudeCode/stockServer.mjs');
  const servers = { mcpServers: { stock: { command: process.execPath, args: [server] } } };
  await writeFile(path.join(home, 'mcp.json'), JSON.stringify(servers));
});

afterAll(async () => {
  await proxy.close();
  await app.stop();
  expect(await leftoverProcesses(home)).toEqual([]);
  await removeFolder(home);
});

beforeEach(() => {
  app.api.reset();
  proxy.exchanges.splice(0);
});

/** Longer than any run takes; Claude Code repeats requests that fail. */
const TIMEOUT_MS = 60_000;

/** Runs `claude -p` with the question, with further arguments. */
function claudeCode(question: string, ...args: string[]) {
  const env = cliEnvironment({ url: `http://127.0.0.1:${proxy.port}` }, home);
  const all = ['-p', '--model', 'sonnet', '--mcp-config', path.join(home, 'mcp.json'), ...args, '--', question];
  return captureOutput(claudePath(), all, { env, cwd: path.join(home, 'work'), timeoutMs: TIMEOUT_MS });
}

/** The ways in which its requests to the model were served. */
function served(): unknown[] {
  return proxy.exchanges
    .filter(({ path: url }) => url.startsWith('/v1/messages?'))
    .map(({ headers }) => headers['x-claudacity-path']);
}

/** The names of the tools that the model was offered with its n-th request, counted from 0. */
function offered(n: number): string[] {
  return (app.api.requests[n]?.body.tools ?? []).map(({ name }) => name);
}

const SEARCH = toolUse('ClientToolSearch', { query: 'select:mcp__stock__count,WebFetch,WebSearch', max_results: 5 });

describe('Claude Code without settings', () => {
  test('finds a tool of its MCP server, calls it and gets its result, all in one process', async () => {
    app.api.answer(SEARCH);
    app.api.answer(toolUse('mcp__stock__count', { article: 'apples' }));
    app.api.answer(text('There are enough apples.'));

    const { code, output } = await claudeCode('Are there apples?', '--allowedTools', 'mcp__stock__count');

    expect([code, output.trim()]).toEqual([0, 'There are enough apples.']);
    expect(offered(0)).toContain('ClientToolSearch');
    expect(offered(0)).not.toContain('mcp__stock__count');
    expect(offered(0)).not.toContain('DeferredToolPlaceholder');
    expect(offered(1)).toEqual(expect.arrayContaining(['mcp__stock__count', 'WebFetch', 'WebSearch']));
    expect(offered(1)).not.toContain('DeferredToolPlaceholder');
    const results = app.api.requests.map(({ history }) => JSON.stringify(history.at(-1)?.content));
    expect(results[1]).toContain('The tool mcp__stock__count can be called now.');
    expect(results[2]).toContain('4711 apples are in stock');
    expect(served()).toEqual(['new', 'live', 'live']);
  });

  test('is answered by the same process when its user goes on', async () => {
    app.api.answer(SEARCH);
    app.api.answer(text('Tools are there.'));
    app.api.answer(toolUse('mcp__stock__count', { article: 'pears' }));
    app.api.answer(text('There are enough pears.'));

    await claudeCode('Load the tools.');
    const { code, output } = await claudeCode('Are there pears?', '--continue', '--allowedTools', 'mcp__stock__count');

    expect([code, output.trim()]).toEqual([0, 'There are enough pears.']);
    expect(offered(2)).toContain('mcp__stock__count');
    expect(served()).toEqual(['new', 'live', 'live', 'live']);
  });

  test('shows its user the words of an error', async () => {
    app.api.setDefaultAnswer(httpError(400, 'invalid_request_error', 'this question is refused'));
    const { code, output } = await claudeCode('Refuse me.');
    expect(code).not.toBe(0);
    expect(output).toContain('this question is refused');
  });
});
