/** When a process can be emptied, and when it must be ended: with the real CLI, or with some of its answers replaced. */
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ClaudeProcess, ConversationStart } from '../../../app/claude/process/claudeProcess';
import { DEADLINES } from '../../../app/claude/process/deadlines/deadlines';
import { text, usage } from '../../support/messagesApi';
import { answerByDirective } from '../../support/reuse/answers';
import { type ReuseTest, startReuseTest } from '../../support/reuse/reuseTest';
import { createScriptedCli, type ScriptedCli } from '../../support/reuse/scriptedCli';
import { ask, askUntil, NEVER, say, tool } from '../../support/reuse/turns';

const UNKNOWN_MODEL = 'claude-of-tomorrow';
const TOOLS = ['t0', 't1', 't2'].map((name) => tool(name));
const START: ConversationStart = { system: 'You keep the log.', model: 'sonnet', setup: { tools: TOOLS } };
const OTHER: ConversationStart = { system: 'You sell the boats.', model: 'haiku', setup: { tools: [tool('u0')] } };
/** For an answer that never comes. */
const SHORT_MS = 200;

let reuse: ReuseTest;
let scriptedCount = 0;

beforeAll(async () => {
  reuse = await startReuseTest({ unknownModels: [UNKNOWN_MODEL] });
});

afterEach(() => reuse.api.chooseAnswer(answerByDirective));

afterAll(() => reuse.stop());

describe('with answers in place of the CLI’s', () => {
  /** A process that has answered one question. */
  const startScripted = async (
    deadlines = DEADLINES,
  ): Promise<{ claude: ClaudeProcess; cli: ScriptedCli; converse: () => Promise<void> }> => {
    scriptedCount += 1;
    const cli = await createScriptedCli(path.join(reuse.home, `scripted${scriptedCount}`));
    const claude = reuse.start({ command: cli.command, deadlines });
    const converse = async () => {
      await claude.begin(START);
      await ask(claude, 'one');
    };
    await converse();
    return { claude, cli, converse };
  };

  test('a process whose turn the CLI still counts as running is emptied at the second attempt', async () => {
    const { claude, cli, converse } = await startScripted();
    await cli.answer('rewind_conversation', { response: { rewound: false, reason: 'turn_running' } });

    expect(await claude.reset()).toBe(true);

    const requests = await reuse.requestsDuring(converse);
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ messages: [{ role: 'user' }, { role: 'system' }] });
    claude.kill();
  });

  test.each([
    ['that is refused', { rewound: false, reason: 'stale_target' }],
    ['for which a turn runs', { rewound: false, reason: 'turn_running' }],
    ['after which a message of the model’s is left', { rewound: true, precedingAssistantUuid: 'a1' }],
    ['that is not understood', {}],
  ])('a reset %s leaves a process of no use', async (_, response) => {
    const { claude, cli } = await startScripted();
    await cli.answer('rewind_conversation', { response }, { response });

    expect(await claude.reset()).toBe(false);
    expect(await claude.reset()).toBe(false);
    claude.kill();
  });

  test('a reset that is not answered in time ends the process', async () => {
    const { claude, cli } = await startScripted({ ...DEADLINES, rewindMs: SHORT_MS });
    await cli.answer('rewind_conversation', null);

    expect(await claude.reset()).toBe(false);
    await claude.exited;
    expect(await claude.reset()).toBe(false);
  });

  test('an interrupt that is not answered in time ends the process', async () => {
    const { claude, cli } = await startScripted({ ...DEADLINES, interruptMs: SHORT_MS });
    await cli.answer('interrupt', null);
    await askUntil(claude, '[[hangInText]]', 'text');

    expect(await claude.reset()).toBe(false);
    expect(await claude.exited).toMatchObject({ signal: 'SIGKILL' });
  });

  test.each([
    ['the model', 'set_model', [{ error: 'no' }], 'no'],
    ['the removal of the tools', 'mcp_set_servers', [{ error: 'no' }], 'no'],
    ['the new tools', 'initialize', [{ error: 'no' }], 'no'],
    ['the new tools, in silence,', 'initialize', [{ response: { sdk_mcp_manifests_parked: {} } }], 'did not take'],
  ] as const)('a process that does not take %s is of no use', async (_, subtype, answers, message) => {
    const { claude, cli } = await startScripted();
    expect(await claude.reset()).toBe(true);
    await cli.answer(subtype, ...answers);

    await expect(claude.begin(OTHER)).rejects.toThrow(message);
    expect(await claude.reset()).toBe(false);
    claude.kill();
  });

  test.each(['apply_flag_settings', 'set_max_thinking_tokens'])(
    'a process that refuses `%s` is of no use',
    async (subtype) => {
      const { claude, cli } = await startScripted();
      await cli.answer(subtype, { error: 'no' });

      await expect(claude.configure({ effort: 'high', thinking: 'off' })).rejects.toThrow('no');
      expect(await claude.reset()).toBe(false);
      claude.kill();
    },
  );

  test('no two messages of the user’s have the same uuid', async () => {
    const { claude, cli, converse } = await startScripted();
    for (let round = 0; round < 2; round += 1) {
      expect(await claude.reset()).toBe(true);
      await claude.begin(START);
      await claude.replay([say('assistant', 'welcome'), say('user', 'u'), say('assistant', 'a')], NEVER);
      expect(await claude.rewind(1)).toBe(true);
      await ask(claude, 'two');
      expect(await claude.reset()).toBe(true);
      await converse();
    }

    const uuids = (await cli.sent()).filter(({ type }) => type === 'user').map(({ uuid }) => uuid);
    expect(uuids).toHaveLength(11);
    expect(uuids).not.toContain(undefined);
    expect(new Set(uuids).size).toBe(uuids.length);
    claude.kill();
  });

  test('the model’s greeting has an empty message of the user’s ahead of it, from which it is removed', async () => {
    const { claude, cli } = await startScripted();
    expect(await claude.reset()).toBe(true);
    const before = (await cli.sent()).length;
    await claude.begin(START);
    await claude.replay([say('assistant', 'welcome')], NEVER);
    await ask(claude, 'two');

    expect(await claude.reset()).toBe(true);
    const [anchor, ...others] = (await cli.sent()).slice(before);
    expect(anchor).toMatchObject({ type: 'user', message: { content: [] }, shouldQuery: false });
    expect(others.map(({ type }) => type)).toEqual(['assistant', 'user', 'control_request']);
    expect(others.at(-1)).toMatchObject({ request: { target_message_uuid: anchor?.uuid } });
    claude.kill();
  });

  test('the model’s message that was replayed last is taken before it is cut', async () => {
    const { claude, cli } = await startScripted();
    await claude.replay([say('user', 'u'), say('assistant', 'a')], NEVER);

    expect(await claude.reset()).toBe(true);

    const kinds = (await cli.sent()).map(({ type, request }) => request?.subtype ?? type);
    expect(kinds.slice(-4)).toEqual(['user', 'assistant', 'user', 'rewind_conversation']);
    claude.kill();
  });
});

describe('a model that the CLI cannot set', () => {
  test('leaves a new process of no use', async () => {
    const claude = reuse.start();

    await expect(claude.begin({ ...START, model: UNKNOWN_MODEL })).rejects.toThrow();
    expect(await claude.reset()).toBe(false);
  });

  test('leaves a process that was emptied of no use', async () => {
    const claude = reuse.start();
    await claude.begin(START);
    await ask(claude, 'one');
    expect(await claude.reset()).toBe(true);

    await expect(claude.begin({ ...OTHER, model: UNKNOWN_MODEL })).rejects.toThrow();
    expect(await claude.reset()).toBe(false);
  });
});

test('the cost of a conversation does not include that of the one before', async () => {
  const costs = async (claude: ClaudeProcess) => {
    await claude.begin(START);
    const before = claude.costUsd;
    reuse.api.answer(text('Cheap.'), usage({ input: 100, output: 10 }));
    await ask(claude, 'one');
    return claude.costUsd - before;
  };
  reuse.api.chooseAnswer(() => undefined);
  const fresh = await costs(reuse.start());
  const claude = reuse.start();
  await claude.begin(START);
  reuse.api.answer(text('Dear.'), usage({ input: 1_000_000, output: 100_000 }));
  await ask(claude, 'one');
  const dear = claude.costUsd;
  reuse.api.chooseAnswer((request) =>
    JSON.stringify(request.body).includes('[[') ? answerByDirective(request) : undefined,
  );
  await askUntil(claude, '[[hangInText]]', 'text');

  expect(await claude.reset()).toBe(true);
  reuse.api.chooseAnswer(() => undefined);

  expect(fresh).toBeGreaterThan(0);
  expect(dear).toBeGreaterThan(100 * fresh);
  expect(await costs(claude)).toBeCloseTo(fresh, 8);
  expect(await claude.reset()).toBe(true);
  expect(await costs(claude)).toBeCloseTo(fresh, 8);
});

test('a process that can be emptied names no folder to the API outside of the CLI’s note', async () => {
  const [request] = await reuse.freshRequests(async (claude) => {
    await claude.begin(START);
    await ask(claude, 'one');
  });

  expect(request?.body.split(reuse.home).length).toBeLessThanOrEqual(2);
  expect(request?.body).not.toContain('home_dir');
});
