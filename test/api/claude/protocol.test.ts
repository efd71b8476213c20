/** Proves with the CLI alone what context/CLAUDE_PROTOCOL.md says about control requests and turns. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { removeSessionFile, writeSessionFile } from '../../../app/claude/history/sessionFile';
import type { ApiBlock, ApiMessage } from '../../../app/claude/process/outgoingMessages';
import { gate, hang, rateLimits, stop, text, thinking, toolUse, usage } from '../../support/messagesApi';
import { type Line, type RawCli, type RawCliTest, startRawCliTest } from './rawCli';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const IMAGE = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } } as const;

let rig: RawCliTest;

beforeAll(async () => {
  rig = await startRawCliTest();
});

afterEach(() => rig.endTest());

afterAll(() => rig.stop());

/** Starts a CLI and initializes it without a system prompt. */
async function startInitialized(options?: Parameters<RawCliTest['start']>[0]): Promise<RawCli> {
  const cli = rig.start(options);
  await cli.request({ subtype: 'initialize', systemPrompt: [] });
  return cli;
}

function lastTurn() {
  return rig.api.requests.at(-1)?.history.at(-1);
}

function textBlock(words: string) {
  return { type: 'text', text: words } as const;
}

describe('the client’s tools', () => {
  test('can be replaced while a turn waits for a result', async () => {
    const tool = (name: string) => ({ name, description: '', inputSchema: { type: 'object' } });
    const capabilities = { tools: { listChanged: true } };
    const initializeResult = {
      protocolVersion: '2025-11-25',
      capabilities,
      serverInfo: { name: 'client', version: '1' },
    };
    const cli = rig.start({ env: { CLAUDE_AGENT_SDK_MCP_NO_PREFIX: '1', ENABLE_TOOL_SEARCH: 'false' } });
    const manifest = { initializeResult, toolsListResult: { tools: [tool('find')] } };
    const sdkMcpServerManifests = { clientA: manifest };
    await cli.request({ subtype: 'initialize', systemPrompt: [], sdkMcpServers: ['clientA'], sdkMcpServerManifests });
    /** Responds to the CLI's request of this method. */
    const respond = async (method: string, result: object) => {
      const line = McpLine.parse(
        await cli.line((candidate) => McpLine.safeParse(candidate).data?.request.message.method === method),
      );
      const response = { mcp_response: { jsonrpc: '2.0', id: line.request.message.id, result } };
      cli.send({ type: 'control_response', response: { subtype: 'success', request_id: line.request_id, response } });
    };
    rig.api.answer(toolUse('find', {}));
    const asked = cli.ask('Find a tool.');
    await cli.line((candidate) => McpLine.safeParse(candidate).data?.request.message.method === 'tools/call');

    const message = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
    await cli.request({ subtype: 'mcp_message', server_name: 'clientA', message });
    await respond('tools/list', { tools: [tool('find'), tool('found')] });
    await cli.request({ subtype: 'mcp_status' });
    await respond('tools/call', { content: [{ type: 'text', text: 'Found.' }] });
    await asked;

    const offered = rig.api.requests.map(({ body }) => body.tools?.map(({ name }) => name));
    expect(offered).toEqual([['find'], ['find', 'found']]);
  });
});

const McpLine = z.looseObject({
  type: z.literal('control_request'),
  request_id: z.string(),
  request: z.looseObject({ message: z.looseObject({ id: z.number().optional(), method: z.string() }) }),
});

describe('initialize', () => {
  const Initialized = z.looseObject({
    models: z.array(z.looseObject({ value: z.string(), resolvedModel: z.string(), displayName: z.string() })),
    account: z.looseObject({}),
  });
  let cli: RawCli;
  let initialized: z.infer<typeof Initialized>;

  beforeAll(async () => {
    cli = rig.start({ shared: true });
    initialized = Initialized.parse(
      await cli.request({ subtype: 'initialize', systemPrompt: ['See @/etc/hostname and /context.'] }),
    );
  });

  test('lists the models by alias, each with its full name', () => {
    const names = new Map(initialized.models.map(({ value, resolvedModel }) => [value, resolvedModel]));

    expect([...names.keys()]).toEqual(expect.arrayContaining(['default', 'opus', 'sonnet', 'haiku']));
    expect(names.get('sonnet')).toMatch(/^claude-sonnet-/);
  });

  test('says how the account signs in', () => {
    expect(initialized.account).toMatchObject({ apiKeySource: 'ANTHROPIC_API_KEY', apiProvider: 'firstParty' });
  });

  test('sends the API no request', () => {
    expect([...rig.api.requests, ...rig.api.otherCalls]).toEqual([]);
  });

  test('sends the system prompt unchanged, including file names and commands in it', async () => {
    await cli.ask('hi');

    expect(rig.api.requests[0]?.system).toEqual(['See @/etc/hostname and /context.']);
    expect(rig.api.requests[0]?.history).toEqual([{ role: 'user', content: [textBlock('hi')] }]);
  });

  test('is answered a second time, but then changes nothing', async () => {
    await cli.request({ subtype: 'initialize', systemPrompt: ['Another.'] });
    await cli.ask('hi');

    expect(rig.api.requests[0]?.system).toEqual(['See @/etc/hostname and /context.']);
  });

  test('without a system prompt sends only the CLI’s own two blocks', async () => {
    const plain = await startInitialized();
    await plain.ask('hi');

    expect(rig.api.requests[0]?.system).toEqual([]);
    expect(rig.api.requests[0]?.body.system).toHaveLength(2);
  });
});

describe('set_model', () => {
  test('before the first turn sets the model and adds no message', async () => {
    const cli = await startInitialized();

    expect(await cli.request({ subtype: 'set_model', model: 'haiku' })).toMatchObject({
      model: expect.stringMatching(/^claude-haiku-/),
    });
    await cli.ask('hi');

    expect(rig.api.requests[0]?.body.model).toMatch(/^claude-haiku-/);
    expect(rig.api.requests[0]?.history).toEqual([{ role: 'user', content: [textBlock('hi')] }]);
    expect(rig.api.otherCalls).toEqual([]);
  });

  test('before the first turn may be sent again, and the last one counts', async () => {
    const cli = await startInitialized();
    await cli.request({ subtype: 'set_model', model: 'haiku' });
    await cli.request({ subtype: 'set_model', model: 'sonnet' });
    await cli.ask('hi');

    expect(rig.api.requests[0]?.body.model).toMatch(/^claude-sonnet-/);
    expect(rig.api.requests[0]?.history).toEqual([{ role: 'user', content: [textBlock('hi')] }]);
    expect(rig.api.otherCalls).toEqual([]);
  });

  test('after a turn adds a message to the conversation', async () => {
    const cli = await startInitialized();
    await cli.ask('one');
    await cli.request({ subtype: 'set_model', model: 'haiku' });
    await cli.ask('two');

    expect(JSON.stringify(rig.api.requests[1]?.history)).toContain('<local-command-stdout>Set model');
  });

  test('with a model that the CLI does not list costs a request of one token', async () => {
    const cli = await startInitialized();
    await cli.request({ subtype: 'set_model', model: 'claude-sonnet-9-9' });

    expect(rig.api.otherCalls.map(({ body }) => body)).toEqual([
      expect.objectContaining({ model: 'claude-sonnet-9-9', max_tokens: 1 }),
    ]);
  });
});

describe('get_context_usage', () => {
  test('tells the context window of each model that is set, without a message to the API', async () => {
    const cli = await startInitialized();
    const usage = z.object({ model: z.string(), rawMaxTokens: z.number() });
    for (const name of ['haiku', 'sonnet', 'opus']) {
      await cli.request({ subtype: 'set_model', model: name });
      const { model, rawMaxTokens } = usage.parse(await cli.request({ subtype: 'get_context_usage' }));
      expect([model, rawMaxTokens]).toEqual([expect.stringContaining(name), 1_000_000]);
    }
    expect(rig.api.requests).toEqual([]);
    for (const { path } of rig.api.otherCalls) expect(path).toContain('/count_tokens');
  });
});

describe('a user turn', () => {
  let cli: RawCli;

  beforeAll(async () => {
    cli = await startInitialized({ shared: true });
  });

  test.each(['see @/etc/hostname', '/context', '/clear', '!id', '# remember this', '<system-reminder>x'])(
    'with client_composed is delivered as typed: %j',
    async (typed) => {
      await cli.ask(typed);

      expect(lastTurn()).toEqual({ role: 'user', content: [textBlock(typed)] });
    },
  );

  test('with blank text is not sent, and a blank block is sent as “(no content)”', async () => {
    expect(await cli.ask(' \n')).toMatchObject({ is_error: false, usage: { output_tokens: 0 } });
    expect(rig.api.requests).toEqual([]);

    await cli.ask([textBlock(' ')]);
    expect(lastTurn()?.content).toEqual([textBlock('(no content)')]);
  });

  test('with blocks of text, images and PDFs is delivered unchanged', async () => {
    const source = { type: 'base64', media_type: 'application/pdf', data: Buffer.from('%PDF-1.7').toString('base64') };
    const pdf = { type: 'document', source, title: 'a.pdf' };
    const blocks = [textBlock('look'), IMAGE, pdf, textBlock('@/etc/hostname')];
    await cli.ask(blocks);

    expect(lastTurn()?.content).toEqual(blocks);
  });

  test('with several text blocks keeps them separate, without anything between them', async () => {
    await cli.ask([textBlock('a'), textBlock('b')]);

    expect(lastTurn()?.content).toEqual([textBlock('a'), textBlock('b')]);
  });

  test('may have a line of a megabyte, and so may its answer', async () => {
    const megabyte = 'ü'.repeat(500_000);
    rig.api.answer(text(megabyte));

    expect((await cli.ask(megabyte)).result).toBe(megabyte);
    expect(lastTurn()?.content).toEqual([textBlock(megabyte)]);
  });

  test('offers the model no tools, and has a note of the CLI with its folder and the date', async () => {
    await cli.ask('hi');

    const notes = rig.api.requests[0]?.body.messages.filter(({ role }) => role === 'system');
    expect(rig.api.requests[0]?.body.tools).toEqual([]);
    expect(JSON.stringify(notes)).toContain(rig.cwd);
  });
});

describe('a user turn without client_composed', () => {
  const typed = { client_composed: false };

  test('makes the CLI read the file that the text mentions, and run the text as a command', async () => {
    const cli = await startInitialized();
    await cli.ask('see @/etc/hostname', typed);
    expect(JSON.stringify(rig.api.requests[0]?.history)).toContain('Result of calling the Read tool');

    expect((await cli.ask('/context', typed)).result).toContain('Context Usage');
    expect(rig.api.requests).toHaveLength(1);
  });

  test.each(['CLAUDE_CODE_DISABLE_FILE_MENTIONS', 'CLAUDE_CODE_DISABLE_ATTACHMENTS'])(
    'makes the CLI read no file where %s is set',
    async (name) => {
      const cli = await startInitialized({ env: { [name]: '1' } });
      await cli.ask('see @/etc/hostname', typed);

      expect(rig.api.requests[0]?.history).toEqual([{ role: 'user', content: [textBlock('see @/etc/hostname')] }]);
    },
  );
});

describe('a history', () => {
  test('is replayed unchanged with its true roles, including tool calls, results and images', async () => {
    const cli = await startInitialized();
    const call = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Kyiv' } };
    const result = {
      type: 'tool_result',
      tool_use_id: 'toolu_1',
      content: [textBlock('rain'), IMAGE],
      is_error: false,
    };
    await cli.replay([textBlock('@/etc/hostname'), IMAGE], [textBlock('a picture')]);
    await cli.replay('/context', [textBlock('I look it up.'), call]);
    await cli.replay([result], [textBlock('It rains.')]);
    await cli.ask('Thanks');

    expect(rig.api.requests.map(({ history }) => history)).toEqual([
      [
        { role: 'user', content: [textBlock('@/etc/hostname'), IMAGE] },
        { role: 'assistant', content: [textBlock('a picture')] },
        { role: 'user', content: [textBlock('/context')] },
        { role: 'assistant', content: [textBlock('I look it up.'), call] },
        { role: 'user', content: [result] },
        { role: 'assistant', content: [textBlock('It rains.')] },
        { role: 'user', content: [textBlock('Thanks')] },
      ],
    ]);
  });

  test('has an empty result without cost for each turn with shouldQuery false', async () => {
    const cli = await startInitialized();

    expect(await cli.ask('one', { shouldQuery: false })).toMatchObject({
      is_error: false,
      result: '',
      total_cost_usd: 0,
    });
    expect(rig.api.requests).toEqual([]);
  });

  test('loses its order where the app does not wait for the result of each turn', async () => {
    const cli = await startInitialized();
    const user = (content: string) => ({ type: 'user', message: { role: 'user', content }, client_composed: true });
    for (const [question, answer] of [
      ['one', 'uno'],
      ['two', 'dos'],
    ] as const) {
      cli.send({ ...user(question), shouldQuery: false });
      cli.send({ type: 'assistant', message: { role: 'assistant', content: [textBlock(answer)] } });
    }
    cli.send(user('three'));

    const { history } = await rig.api.waitForRequest(1);
    expect(history.map(({ role }) => role)).not.toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
  });

  test('has consecutive user turns joined by the CLI, with line breaks', async () => {
    const cli = await startInitialized();
    await cli.ask('one', { shouldQuery: false });
    await cli.ask('two');

    expect(rig.api.requests[0]?.history).toEqual([{ role: 'user', content: [textBlock('one\n'), textBlock('two')] }]);
  });
});

describe('a session file', () => {
  const call = (id: string) => ({ type: 'tool_use', id, name: 'weather', input: { city: 'Kyiv' } }) as const;
  const result = (id: string, content: ApiBlock[], is_error: boolean) =>
    ({ type: 'tool_result', tool_use_id: id, content, is_error }) as const;
  const EXCHANGES: ApiMessage[] = [
    { role: 'user', content: [textBlock('@/etc/hostname'), IMAGE] },
    { role: 'assistant', content: [textBlock('a picture'), textBlock(' in two texts')] },
    { role: 'user', content: [textBlock('/context')] },
    { role: 'assistant', content: [textBlock('I look it up.'), call('toolu_1'), call('toolu_2')] },
    {
      role: 'user',
      content: [
        result('toolu_1', [textBlock('rain'), IMAGE], false),
        result('toolu_2', [textBlock('no answer')], true),
      ],
    },
    { role: 'assistant', content: [textBlock('[Request interrupted by user]')] },
    { role: 'user', content: [textBlock('<system-reminder>Words that the CLI uses itself.</system-reminder>')] },
    { role: 'assistant', content: [textBlock('No response requested.')] },
  ];

  const resume = async (history: readonly ApiMessage[]) => {
    const session = await writeSessionFile(path.join(rig.home, 'replay'), history);
    const cli = rig.start({ session: { ...session, model: 'haiku' } });
    await cli.request({ subtype: 'initialize', systemPrompt: ['Be brief.'] });
    await removeSessionFile(session.file);
    return cli;
  };

  test('is read unchanged, and can be removed once initialize is answered', async () => {
    const cli = await resume(EXCHANGES);
    await cli.replay('In between', [textBlock('A turn')]);
    await cli.ask('Thanks');

    expect(rig.api.requests.map(({ history }) => history)).toEqual([
      [
        ...EXCHANGES,
        { role: 'user', content: [textBlock('In between')] },
        { role: 'assistant', content: [textBlock('A turn')] },
        { role: 'user', content: [textBlock('Thanks')] },
      ],
    ]);
    expect(rig.api.requests[0]?.system).toEqual(['Be brief.']);
    expect(rig.api.requests[0]?.body.model).toContain('haiku');
  });

  test('that does not end with text of the model gets messages of the CLI’s own', async () => {
    const cli = await resume(EXCHANGES.slice(0, -1));
    await cli.ask('Thanks');

    expect(rig.api.requests[0]?.history).not.toEqual([
      ...EXCHANGES.slice(0, -1),
      { role: 'user', content: [textBlock('Thanks')] },
    ]);
  });

  test('leaves no session in the home that the user could resume', async () => {
    const cli = await resume(EXCHANGES);
    await cli.ask('Thanks');
    await cli.end();

    expect(await readdir(path.join(rig.home, '.claude', 'projects')).catch(() => [])).toEqual([]);
  });
});

describe('the output of a turn', () => {
  let cli: RawCli;

  beforeAll(async () => {
    cli = await startInitialized({ shared: true });
  });

  test('has all events of the API’s stream between the turn’s init and its result', async () => {
    const from = cli.lines.length;
    rig.api.answer(thinking('Hm'), text('Hel', 'lo'));
    await cli.ask('hi');

    expect(types(cli.lines.slice(from))).toEqual([
      'system init',
      'message_start',
      'content_block_start',
      'content_block_delta Hm',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta Hel',
      'content_block_delta lo',
      'content_block_stop',
      'message_delta',
      'message_stop',
      'result',
    ]);
  });

  test('has a result with the usage, the model’s context window and the reason for the end', async () => {
    rig.api.answer(text('Hello'), usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 9, thinking: 4 }));
    const result = await cli.ask('hi');

    expect(result).toMatchObject({
      subtype: 'success',
      is_error: false,
      result: 'Hello',
      terminal_reason: 'completed',
      stop_reason: 'end_turn',
      usage: {
        input_tokens: 7,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 20,
        output_tokens: 9,
        output_tokens_details: { thinking_tokens: 4 },
      },
    });
    const [model] = Object.values(z.record(z.string(), z.looseObject({})).parse(result.modelUsage));
    expect(model).toMatchObject({ contextWindow: expect.any(Number) });
  });

  test('has the cost of all turns so far in the result', async () => {
    const counts = usage({ input: 1_000_000, output: 0 });
    rig.api.answer(text('a'), counts);
    const first = await cli.ask('one');
    rig.api.answer(text('b'), counts);
    const second = await cli.ask('two');
    const third = await cli.ask('three', { shouldQuery: false });

    expect(first.total_cost_usd).toBeGreaterThan(0);
    expect(second.total_cost_usd).toBeGreaterThan(first.total_cost_usd + 0.1);
    expect(third.total_cost_usd).toBe(second.total_cost_usd);
  });

  test('has a stop sequence as the reason for the end, without an error', async () => {
    rig.api.answer(text('one'), stop('stop_sequence', 'two'));

    expect(await cli.ask('count')).toMatchObject({ is_error: false, result: 'one', stop_reason: 'stop_sequence' });
  });
});

describe('the CLI', () => {
  test('continues after the token limit, with a message of its own', async () => {
    const cli = await startInitialized();
    rig.api.answer(text('A'), stop('max_tokens'));
    rig.api.answer(text('B'));

    expect((await cli.ask('hi')).result).toBe('B');
    expect(rig.api.requests[1]?.history.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(JSON.stringify(rig.api.requests[1]?.history.at(-1))).toContain('Output token limit hit');
  });

  test('asks again after an answer without text, with a message of its own', async () => {
    const cli = await startInitialized();
    rig.api.answer(usage({ output: 0 }));

    expect((await cli.ask('hi')).result).toBe('OK');
    expect(rig.api.requests).toHaveLength(2);
  });

  test('ends the turn at once on interrupt, and adds a message about it to the conversation', async () => {
    const cli = await startInitialized();
    rig.api.answer(text('Part'), hang());
    const result = cli.ask('go');
    const request = await rig.api.waitForRequest(1);
    await cli.line((line) => JSON.stringify(line).includes('"text_delta"'));

    await cli.request({ subtype: 'interrupt' });

    expect(await result).toMatchObject({ subtype: 'error_during_execution', is_error: true });
    expect(await request.outcome).toBe('aborted');
    await cli.ask('again');
    expect(rig.api.requests[1]?.history).toEqual([
      { role: 'user', content: [textBlock('go')] },
      { role: 'assistant', content: [textBlock('Part')] },
      { role: 'user', content: [textBlock('[Request interrupted by user]\n'), textBlock('again')] },
    ]);
  });
});

describe('the end of stdin', () => {
  test('ends an idle process with code 0', async () => {
    const cli = await startInitialized();

    expect(await cli.end()).toBe(0);
  });

  test('ends the process after the running turn', async () => {
    const cli = await startInitialized();
    const halfway = gate();
    rig.api.answer(text('a'), halfway, text('b'));
    const result = cli.ask('hi');
    await halfway.reached;

    const ended = cli.end();
    halfway.open();

    expect((await result).result).toBe('ab');
    expect(await ended).toBe(0);
  });
});

describe('the CLI with a subscription', () => {
  test('reports the plan’s limits as rate_limit_event when they have changed', async () => {
    const cli = await startInitialized({ account: 'subscription' });
    const resetsAt = Math.floor(Date.now() / 1000) + 3600;
    const limits = rateLimits({ fiveHourReset: resetsAt, sevenDayReset: resetsAt + 86_400 });
    const events = () => cli.lines.filter(({ type }) => type === 'rate_limit_event');
    rig.api.answer(text('a'), limits);
    await cli.ask('one');

    expect(events().map((line) => line.rate_limit_info)).toMatchObject([
      {
        status: 'allowed',
        rateLimitType: 'five_hour',
        resetsAt,
        unifiedWindows: { five_hour: { utilization: 0.25, resetsAt }, seven_day: { utilization: 0.5 } },
      },
    ]);
    rig.api.answer(text('b'), limits);
    await cli.ask('two');
    expect(events()).toHaveLength(1);
  });
});

const StreamLine = z.object({
  type: z.literal('stream_event'),
  event: z.object({
    type: z.string(),
    delta: z.object({ text: z.string().optional(), thinking: z.string().optional() }).optional(),
  }),
});

/** The types of the lines with their text. Leaves out `assistant` and `status` lines, which repeat the other lines. */
function types(lines: readonly Line[]): string[] {
  return lines.flatMap((line) => {
    if (line.type === 'assistant' || (line.type === 'system' && line.subtype !== 'init')) return [];
    const { data } = StreamLine.safeParse(line);
    if (!data) return [line.type === 'system' ? `system ${line.subtype}` : line.type];
    return [[data.event.type, data.event.delta?.text ?? data.event.delta?.thinking].filter(Boolean).join(' ')];
  });
}
