/** What context/CLAUDE_PROTOCOL.md says of requests and turns, shown with the CLI itself. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { claudeArguments } from '../../../app/claude/process/arguments';
import type { ApiBlock, ApiMessage } from '../../../app/claude/process/outgoingMessages';
import { removeSessionFile, writeSessionFile } from '../../../app/claude/process/sessionFile';
import { gate, hang, rateLimits, stop, text, thinking, usage } from '../../support/messagesApi';
import { type Line, type RawCli, type RawCliTest, startRawCliTest } from './rawCli';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const IMAGE = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } } as const;

let rig: RawCliTest;

beforeAll(async () => {
  rig = await startRawCliTest();
});

afterEach(() => rig.tidy());

afterAll(() => rig.stop());

/** A process without a system prompt. */
async function ready(options?: Parameters<RawCliTest['start']>[0]): Promise<RawCli> {
  const cli = rig.start(options);
  await cli.request({ subtype: 'initialize', systemPrompt: [] });
  return cli;
}

function lastTurn() {
  return rig.api.requests.at(-1)?.history.at(-1);
}

function said(words: string) {
  return { type: 'text', text: words } as const;
}

describe('the command line', () => {
  test('names nothing of a request', () => {
    expect(claudeArguments(false)).toEqual([
      '-p',
      ...['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose', '--include-partial-messages'],
      '--no-session-persistence',
      ...['--allowedTools', 'mcp__client', '--settings', '{"includeCoAuthoredBy":false}'],
    ]);
  });

  test('adds what isolates', () => {
    expect(claudeArguments(true)).toEqual([
      ...claudeArguments(false),
      ...['--tools', '', '--strict-mcp-config', '--setting-sources', '', '--safe-mode'],
    ]);
  });
});

describe('initialize', () => {
  const Initialized = z.looseObject({
    models: z.array(z.looseObject({ value: z.string(), resolvedModel: z.string(), displayName: z.string() })),
    account: z.looseObject({}),
  });
  let cli: RawCli;
  let initialized: z.infer<typeof Initialized>;

  beforeAll(async () => {
    cli = rig.start({ kept: true });
    initialized = Initialized.parse(
      await cli.request({ subtype: 'initialize', systemPrompt: ['See @/etc/hostname and /context.'] }),
    );
  });

  test('initialize lists the models by alias, each with its full name', () => {
    const names = new Map(initialized.models.map(({ value, resolvedModel }) => [value, resolvedModel]));

    expect([...names.keys()]).toEqual(expect.arrayContaining(['default', 'opus', 'sonnet', 'haiku']));
    expect(names.get('sonnet')).toMatch(/^claude-sonnet-/);
  });

  test('initialize says by what the account signs in', () => {
    expect(initialized.account).toMatchObject({ apiKeySource: 'ANTHROPIC_API_KEY', apiProvider: 'firstParty' });
  });

  test('initialize asks nothing of the API', () => {
    expect([...rig.api.requests, ...rig.api.otherCalls]).toEqual([]);
  });

  test('the system prompt reaches the API as given, mentions and all', async () => {
    await cli.ask('hi');

    expect(rig.api.requests[0]?.system).toEqual(['See @/etc/hostname and /context.']);
    expect(rig.api.requests[0]?.history).toEqual([{ role: 'user', content: [said('hi')] }]);
  });

  test('a second initialize is answered and changes nothing', async () => {
    await cli.request({ subtype: 'initialize', systemPrompt: ['Another.'] });
    await cli.ask('hi');

    expect(rig.api.requests[0]?.system).toEqual(['See @/etc/hostname and /context.']);
  });

  test('initialize without a system prompt sends none, but the CLI’s own two blocks', async () => {
    const plain = await ready();
    await plain.ask('hi');

    expect(rig.api.requests[0]?.system).toEqual([]);
    expect(rig.api.requests[0]?.body.system).toHaveLength(2);
  });
});

describe('set_model', () => {
  test('set_model before the first turn decides it and leaves no trace', async () => {
    const cli = await ready();

    expect(await cli.request({ subtype: 'set_model', model: 'haiku' })).toMatchObject({
      model: expect.stringMatching(/^claude-haiku-/),
    });
    await cli.ask('hi');

    expect(rig.api.requests[0]?.body.model).toMatch(/^claude-haiku-/);
    expect(rig.api.requests[0]?.history).toEqual([{ role: 'user', content: [said('hi')] }]);
    expect(rig.api.otherCalls).toEqual([]);
  });

  test('set_model after a turn writes itself into the conversation', async () => {
    const cli = await ready();
    await cli.ask('one');
    await cli.request({ subtype: 'set_model', model: 'haiku' });
    await cli.ask('two');

    expect(JSON.stringify(rig.api.requests[1]?.history)).toContain('<local-command-stdout>Set model');
  });

  test('a model that the CLI does not list costs a question of one token', async () => {
    const cli = await ready();
    await cli.request({ subtype: 'set_model', model: 'claude-sonnet-9-9' });

    expect(rig.api.otherCalls.map(({ body }) => body)).toEqual([
      expect.objectContaining({ model: 'claude-sonnet-9-9', max_tokens: 1 }),
    ]);
  });
});

describe('a user turn', () => {
  let cli: RawCli;

  beforeAll(async () => {
    cli = await ready({ kept: true });
  });

  test.each(['see @/etc/hostname', '/context', '/clear', '!id', '# remember this', '<system-reminder>x'])(
    'with client_composed it is delivered as typed: %j',
    async (typed) => {
      await cli.ask(typed);

      expect(lastTurn()).toEqual({ role: 'user', content: [said(typed)] });
    },
  );

  test('a blank text is not asked, and a blank block goes as “(no content)”', async () => {
    expect(await cli.ask(' \n')).toMatchObject({ is_error: false, usage: { output_tokens: 0 } });
    expect(rig.api.requests).toEqual([]);

    await cli.ask([said(' ')]);
    expect(lastTurn()?.content).toEqual([said('(no content)')]);
  });

  test('text, images and PDFs in blocks are delivered as given', async () => {
    const source = { type: 'base64', media_type: 'application/pdf', data: Buffer.from('%PDF-1.7').toString('base64') };
    const pdf = { type: 'document', source, title: 'a.pdf' };
    const blocks = [said('look'), IMAGE, pdf, said('@/etc/hostname')];
    await cli.ask(blocks);

    expect(lastTurn()?.content).toEqual(blocks);
  });

  test('several texts in one turn stay apart, with nothing put between', async () => {
    await cli.ask([said('a'), said('b')]);

    expect(lastTurn()?.content).toEqual([said('a'), said('b')]);
  });

  test('a line of a megabyte goes in and comes out whole', async () => {
    const megabyte = 'ü'.repeat(500_000);
    rig.api.answer(text(megabyte));

    expect((await cli.ask(megabyte)).result).toBe(megabyte);
    expect(lastTurn()?.content).toEqual([said(megabyte)]);
  });

  test('the CLI offers no tools and adds a note of its own with its folder and the date', async () => {
    await cli.ask('hi');

    const notes = rig.api.requests[0]?.body.messages.filter(({ role }) => role === 'system');
    expect(rig.api.requests[0]?.body.tools).toEqual([]);
    expect(JSON.stringify(notes)).toContain(rig.cwd);
  });
});

describe('without client_composed', () => {
  const typed = { client_composed: false };

  test('the CLI reads the file that a text names, and runs a text that is a command', async () => {
    const cli = await ready();
    await cli.ask('see @/etc/hostname', typed);
    expect(JSON.stringify(rig.api.requests[0]?.history)).toContain('Result of calling the Read tool');

    expect((await cli.ask('/context', typed)).result).toContain('Context Usage');
    expect(rig.api.requests).toHaveLength(1);
  });

  test.each(['CLAUDE_CODE_DISABLE_FILE_MENTIONS', 'CLAUDE_CODE_DISABLE_ATTACHMENTS'])(
    '%s keeps the CLI from reading the file all the same',
    async (name) => {
      const cli = await ready({ env: { [name]: '1' } });
      await cli.ask('see @/etc/hostname', typed);

      expect(rig.api.requests[0]?.history).toEqual([{ role: 'user', content: [said('see @/etc/hostname')] }]);
    },
  );
});

describe('a history', () => {
  test('is replayed with its true roles, tool calls, results and images among it, as typed', async () => {
    const cli = await ready();
    const call = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Kyiv' } };
    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: [said('rain'), IMAGE], is_error: false };
    await cli.replay([said('@/etc/hostname'), IMAGE], [said('a picture')]);
    await cli.replay('/context', [said('I look it up.'), call]);
    await cli.replay([result], [said('It rains.')]);
    await cli.ask('Thanks');

    expect(rig.api.requests.map(({ history }) => history)).toEqual([
      [
        { role: 'user', content: [said('@/etc/hostname'), IMAGE] },
        { role: 'assistant', content: [said('a picture')] },
        { role: 'user', content: [said('/context')] },
        { role: 'assistant', content: [said('I look it up.'), call] },
        { role: 'user', content: [result] },
        { role: 'assistant', content: [said('It rains.')] },
        { role: 'user', content: [said('Thanks')] },
      ],
    ]);
  });

  test('a turn that does not query is answered by an empty result that costs nothing', async () => {
    const cli = await ready();

    expect(await cli.ask('one', { shouldQuery: false })).toMatchObject({
      is_error: false,
      result: '',
      total_cost_usd: 0,
    });
    expect(rig.api.requests).toEqual([]);
  });

  test('loses its order when a turn’s result is not waited for', async () => {
    const cli = await ready();
    const user = (content: string) => ({ type: 'user', message: { role: 'user', content }, client_composed: true });
    for (const [question, answer] of [
      ['one', 'uno'],
      ['two', 'dos'],
    ] as const) {
      cli.send({ ...user(question), shouldQuery: false });
      cli.send({ type: 'assistant', message: { role: 'assistant', content: [said(answer)] } });
    }
    cli.send(user('three'));

    const { history } = await rig.api.waitForRequest(1);
    expect(history.map(({ role }) => role)).not.toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
  });

  test('user turns in a row are joined by the CLI, with line breaks', async () => {
    const cli = await ready();
    await cli.ask('one', { shouldQuery: false });
    await cli.ask('two');

    expect(rig.api.requests[0]?.history).toEqual([{ role: 'user', content: [said('one\n'), said('two')] }]);
  });
});

describe('a session file', () => {
  const call = (id: string) => ({ type: 'tool_use', id, name: 'weather', input: { city: 'Kyiv' } }) as const;
  const result = (id: string, content: ApiBlock[], is_error: boolean) =>
    ({ type: 'tool_result', tool_use_id: id, content, is_error }) as const;
  const EXCHANGES: ApiMessage[] = [
    { role: 'user', content: [said('@/etc/hostname'), IMAGE] },
    { role: 'assistant', content: [said('a picture'), said(' in two texts')] },
    { role: 'user', content: [said('/context')] },
    { role: 'assistant', content: [said('I look it up.'), call('toolu_1'), call('toolu_2')] },
    {
      role: 'user',
      content: [result('toolu_1', [said('rain'), IMAGE], false), result('toolu_2', [said('no answer')], true)],
    },
    { role: 'assistant', content: [said('[Request interrupted by user]')] },
    { role: 'user', content: [said('<system-reminder>Words that the CLI uses itself.</system-reminder>')] },
    { role: 'assistant', content: [said('No response requested.')] },
  ];

  const resume = async (history: readonly ApiMessage[]) => {
    const file = await writeSessionFile(path.join(rig.home, 'replay'), history);
    const cli = rig.start({ resumed: { file, model: 'haiku' } });
    await cli.request({ subtype: 'initialize', systemPrompt: ['Be brief.'] });
    await removeSessionFile(file);
    return cli;
  };

  test('is taken up as it is, and can be removed once initialize is answered', async () => {
    const cli = await resume(EXCHANGES);
    await cli.replay('In between', [said('A turn')]);
    await cli.ask('Thanks');

    expect(rig.api.requests.map(({ history }) => history)).toEqual([
      [
        ...EXCHANGES,
        { role: 'user', content: [said('In between')] },
        { role: 'assistant', content: [said('A turn')] },
        { role: 'user', content: [said('Thanks')] },
      ],
    ]);
    expect(rig.api.requests[0]?.system).toEqual(['Be brief.']);
    expect(rig.api.requests[0]?.body.model).toContain('haiku');
  });

  test('that does not end with words of the model’s is closed by the CLI with words of its own', async () => {
    const cli = await resume(EXCHANGES.slice(0, -1));
    await cli.ask('Thanks');

    expect(rig.api.requests[0]?.history).not.toEqual([
      ...EXCHANGES.slice(0, -1),
      { role: 'user', content: [said('Thanks')] },
    ]);
  });

  test('leaves nothing in the home that the user would be asked to resume', async () => {
    const cli = await resume(EXCHANGES);
    await cli.ask('Thanks');
    await cli.end();

    expect(await readdir(path.join(rig.home, '.claude', 'projects')).catch(() => [])).toEqual([]);
  });
});

describe('what comes back', () => {
  let cli: RawCli;

  beforeAll(async () => {
    cli = await ready({ kept: true });
  });

  test('the API’s stream, event for event, between the turn’s beginning and its result', async () => {
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

  test('a result has the counts, the model’s context and how the turn ended', async () => {
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

  test('the cost in a result is that of all turns so far', async () => {
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

  test('a stop sequence is a stop like any other', async () => {
    rig.api.answer(text('one'), stop('stop_sequence', 'two'));

    expect(await cli.ask('count')).toMatchObject({ is_error: false, result: 'one', stop_reason: 'stop_sequence' });
  });
});

describe('what the CLI does by itself', () => {
  test('after the token limit it goes on in a turn that it writes itself', async () => {
    const cli = await ready();
    rig.api.answer(text('A'), stop('max_tokens'));
    rig.api.answer(text('B'));

    expect((await cli.ask('hi')).result).toBe('B');
    expect(rig.api.requests[1]?.history.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(JSON.stringify(rig.api.requests[1]?.history.at(-1))).toContain('Output token limit hit');
  });

  test('after an answer without text it asks for one in a turn that it writes itself', async () => {
    const cli = await ready();
    rig.api.answer(usage({ output: 0 }));

    expect((await cli.ask('hi')).result).toBe('OK');
    expect(rig.api.requests).toHaveLength(2);
  });

  test('interrupt ends the turn at once, and its trace stays in the conversation', async () => {
    const cli = await ready();
    rig.api.answer(text('Part'), hang());
    const answered = cli.ask('go');
    const asked = await rig.api.waitForRequest(1);
    await cli.line((line) => JSON.stringify(line).includes('"text_delta"'));

    await cli.request({ subtype: 'interrupt' });

    expect(await answered).toMatchObject({ subtype: 'error_during_execution', is_error: true });
    expect(await asked.outcome).toBe('aborted');
    await cli.ask('again');
    expect(rig.api.requests[1]?.history).toEqual([
      { role: 'user', content: [said('go')] },
      { role: 'assistant', content: [said('Part')] },
      { role: 'user', content: [said('[Request interrupted by user]\n'), said('again')] },
    ]);
  });
});

describe('the end of stdin', () => {
  test('ends an idle process with code 0', async () => {
    const cli = await ready();

    expect(await cli.end()).toBe(0);
  });

  test('lets a turn end first', async () => {
    const cli = await ready();
    const halfway = gate();
    rig.api.answer(text('a'), halfway, text('b'));
    const answered = cli.ask('hi');
    await halfway.reached;

    const ended = cli.end();
    halfway.open();

    expect((await answered).result).toBe('ab');
    expect(await ended).toBe(0);
  });
});

describe('with a subscription', () => {
  test('the plan’s limits come as rate_limit_event, when they have changed', async () => {
    const cli = await ready({ account: 'subscription' });
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

/** In short; `assistant` and `status` lines, which repeat what the others say, left out. */
function types(lines: readonly Line[]): string[] {
  return lines.flatMap((line) => {
    if (line.type === 'assistant' || (line.type === 'system' && line.subtype !== 'init')) return [];
    const { data } = StreamLine.safeParse(line);
    if (!data) return [line.type === 'system' ? `system ${line.subtype}` : line.type];
    return [[data.event.type, data.event.delta?.text ?? data.event.delta?.thinking].filter(Boolean).join(' ')];
  });
}
