/** The breakpoint that the app sets behind a replayed history: where it is, and that the API accepts every request that has it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createCacheBreakpoints } from '../../app/claude/cacheBreakpoints';
import { childEnvironment } from '../../app/claude/installation/environment';
import { type ClaudeProcess, startClaude } from '../../app/claude/process/claudeProcess';
import type { ApiBlock, ApiMessage } from '../../app/claude/process/outgoingMessages';
import { createCacheModel } from '../support/cacheModel';
import { type Account, claudePath, cliEnvironment, removeFolder, scratchFolder } from '../support/cli';
import { httpError, type MessagesApi, startMessagesApi, text, thinking, toolUse } from '../support/messagesApi';

const NEVER = new AbortController().signal;
const cache = createCacheModel();
const started: ClaudeProcess[] = [];
let api: MessagesApi;
let home: string;

beforeAll(async () => {
  home = await scratchFolder();
  api = await startMessagesApi();
});

afterEach(async () => {
  for (const process of started) process.kill();
  await Promise.all(started.splice(0).map(({ exited }) => exited));
  api.reset();
  cache.clear();
});

afterAll(async () => {
  await api.close();
  await removeFolder(home);
});

const TOOLS = ['weather', 'time'].map((name) => ({
  ...{ name, description: '', inputSchema: { type: 'object', properties: {} } },
}));
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const IMAGE: ApiBlock = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } };
const PDF: ApiBlock = {
  type: 'document',
  source: { type: 'base64', media_type: 'application/pdf', data: Buffer.from('%PDF-1.4').toString('base64') },
};
const words = (content: string): ApiBlock[] => [{ type: 'text', text: content }];
const exchange = (at: number): ApiMessage[] => [
  { role: 'user', content: words(`question ${at}`) },
  { role: 'assistant', content: words(`answer ${at}`) },
];

/** A process with a conversation that has no messages yet. */
async function start(account: Account, isolated = true) {
  const env = childEnvironment(cliEnvironment(api, home, account), { ownPorts: [] });
  const warnings: string[] = [];
  const cacheBreakpoints = createCacheBreakpoints({
    authMethod: () => (account === 'subscription' ? 'oauth_token' : 'api_key'),
    onWarning: (message) => warnings.push(message),
  });
  const process = startClaude(claudePath(), { cwd: home, env, isolated, reusable: isolated, cacheBreakpoints });
  started.push(process);
  await process.begin({ system: 'Be brief.', model: 'sonnet', setup: { tools: TOOLS } });
  return { process, warnings, cacheBreakpoints };
}

async function ask(process: ClaudeProcess, content: ApiBlock[]): Promise<void> {
  for await (const event of process.runTurn(content, NEVER)) {
    if (event.type === 'tool_call')
      process.sendToolResult(event.id, { content: [{ type: 'text', text: 'rain' }], isError: false });
  }
}

/** Each message of the last request, with a mark where it has a breakpoint, without the notes of the CLI. */
function marks(): string[] {
  const messages = api.requests.at(-1)?.body.messages ?? [];
  return messages.flatMap(({ role, content }) => {
    if (role === 'system' || typeof content === 'string') return [];
    const blocks = content.map((block) => String(block.text ?? block.type) + (block.cache_control ? '*' : ''));
    return [blocks.join('|')];
  });
}

describe.each(['api-key', 'subscription'] as const)('with the account %s', (account) => {
  test('is in the first question behind a replayed history, and stays there', async () => {
    api.chooseAnswer((request) => cache.answer(request));
    const { process } = await start(account);
    await process.replay([...exchange(1), ...exchange(2)], NEVER);

    await ask(process, words('question 3'));
    expect(marks()).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2', 'question 3*']);
    await ask(process, words('question 4'));

    expect(marks().slice(-3)).toEqual(['question 3*', 'OK', 'question 4*']);
    const lifetime = account === 'subscription' ? '1h' : '5m';
    expect(cache.uses.map(({ lifetimes, refusal }) => [lifetimes.join(), refusal])).toEqual([
      [`${lifetime},${lifetime},${lifetime},${lifetime}`, undefined],
      [`${lifetime},${lifetime},${lifetime},${lifetime}`, undefined],
    ]);
  });

  test.each([
    ['ahead of the question that has it', 2],
    ['to just behind the question that has it', 3],
    ['to a later question', 4],
  ])('a rewind %s makes it neither two nor none', async (_, kept) => {
    api.chooseAnswer((request) => cache.answer(request));
    const { process } = await start(account);
    await process.replay([...exchange(1), ...exchange(2)], NEVER);
    for (const at of [3, 4, 5]) await ask(process, words(`question ${at}`));

    expect(await process.rewind(kept)).toBe(true);
    for (const at of [1, 2]) await ask(process, words(`other ${at}`));

    expect(cache.uses.map(({ breakpoints }) => breakpoints)).toEqual([4, 4, 4, 4, 4]);
  });

  test('a process that was emptied has none, and the next replayed history has it again', async () => {
    api.chooseAnswer((request) => cache.answer(request));
    const { process } = await start(account);
    await process.replay(exchange(1), NEVER);
    await ask(process, words('question 2'));

    expect(await process.reset()).toBe(true);
    await process.begin({ system: 'Be brief.', model: 'sonnet', setup: { tools: TOOLS } });
    await ask(process, words('another'));
    expect(cache.uses.map(({ breakpoints }) => breakpoints)).toEqual([4, 3]);
    expect(await process.reset()).toBe(true);
    await process.begin({ system: 'Be brief.', model: 'sonnet', setup: { tools: TOOLS } });
    await process.replay(exchange(1), NEVER);
    await ask(process, words('question 2'));

    expect(cache.uses.at(-1)?.breakpoints).toBe(4);
  });

  test('with thinking and calls of tools the API accepts every request', async () => {
    const scripts = [[thinking('Hm'), toolUse('weather', {})], [thinking('So'), text('rain')], [text('done')]];
    api.chooseAnswer((request) => cache.answer(request, ...(scripts.shift() ?? [text('OK')])));
    const { process } = await start(account);
    await process.replay(exchange(1), NEVER);

    await ask(process, words('The weather?'));
    await ask(process, words('And now?'));

    expect(cache.uses.map(({ breakpoints, refusal }) => [breakpoints, refusal])).toEqual([
      [4, undefined],
      [4, undefined],
      [4, undefined],
    ]);
  });

  test.each([
    ['text ahead of an image', [...words('What is this?'), IMAGE], 'What is this?*|image'],
    ['text ahead of a document', [...words('What is this?'), PDF], 'What is this?*|document'],
    ['text behind an image', [IMAGE, ...words('What is this?')], 'image|What is this?*'],
    [
      'the result of a tool',
      [{ type: 'tool_result', tool_use_id: 'toolu_1', content: words('rain'), is_error: false }],
      'tool_result*',
    ],
  ] satisfies [string, ApiBlock[], string][])('of the question’s blocks, %s has it', async (_, content, mark) => {
    api.chooseAnswer((request) => cache.answer(request));
    const { process } = await start(account);
    const call: ApiMessage = {
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }],
    };
    const calls = content[0]?.type === 'tool_result';
    await process.replay(calls ? [...exchange(1).slice(0, 1), call] : exchange(1), NEVER);

    await ask(process, content);

    expect(marks().at(-1)).toBe(mark);
    expect(cache.uses.at(-1)?.breakpoints).toBe(4);
  });

  test('a CLI that is not isolated has no more than four, too', async () => {
    api.chooseAnswer((request) => cache.answer(request));
    const { process } = await start(account, false);
    await process.replay(exchange(1), NEVER);

    await ask(process, words('question 2'));
    await ask(process, words('question 3'));

    expect(cache.uses.map(({ breakpoints, refusal }) => [breakpoints, refusal])).toEqual([
      [4, undefined],
      [4, undefined],
    ]);
  });
});

describe('a request with it that the API refuses', () => {
  test('because of it turns it off, and another process may be asked', async () => {
    const { process, warnings, cacheBreakpoints } = await start('api-key');
    await process.replay(exchange(1), NEVER);
    api.setDefaultAnswer(httpError(400, 'invalid_request_error', 'messages.3.content.0.cache_control: not allowed'));

    await ask(process, words('question 2'));

    expect(process.breakpointRefused).toBe(true);
    expect(cacheBreakpoints.current).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('prompt cache')]);
  });

  test('for another reason leaves it on', async () => {
    const { process, warnings, cacheBreakpoints } = await start('api-key');
    await process.replay(exchange(1), NEVER);
    api.setDefaultAnswer(httpError(400, 'invalid_request_error', 'messages.3: an image is too large'));

    await ask(process, words('question 2'));

    expect([process.breakpointRefused, cacheBreakpoints.current, warnings]).toEqual([false, { type: 'ephemeral' }, []]);
  });
});
