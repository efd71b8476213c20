/** No setting of one conversation is left in the next one of the same process: requests compared byte for byte (real CLI). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClaudeProcess, ConversationStart } from '../../../app/claude/process/claudeProcess';
import type { McpToolDefinition } from '../../../app/claude/process/tools/clientTools';
import type { TurnFlags } from '../../../app/claude/process/turnFlags';
import { type ReuseTest, startReuseTest } from '../../support/reuse/reuseTest';
import { differences, type SentRequest } from '../../support/reuse/sentRequests';
import { ask, askUntil, tool } from '../../support/reuse/turns';

const SYSTEM = 'You keep the log.';
const OTHER_SYSTEM = 'You sell the quillfeather.';

let reuse: ReuseTest;
/** The empty processes by what they must have in common; a test that fails leaves none. */
const empty = new Map<string, ClaudeProcess>();

beforeAll(async () => {
  reuse = await startReuseTest();
});

afterAll(() => reuse.stop());

interface Conversation extends ConversationStart {
  readonly flags?: TurnFlags;
}

/** The conversation as it is compared: with thinking, and with a tool where there are any. */
async function converse(
  claude: ClaudeProcess,
  { flags = {}, ...start }: Conversation,
  question = 'one',
): Promise<void> {
  await claude.begin(start);
  await claude.configure(flags);
  await ask(claude, question);
  await ask(claude, '[[think]]');
  if (start.setup?.tools) await ask(claude, '[[tool]]');
  if (start.setup?.schema) await ask(claude, '[[structured]]');
  await ask(claude, 'and now?');
}

const fresh = new Map<string, Promise<SentRequest[]>>();

function freshRequests(conversation: Conversation): Promise<SentRequest[]> {
  const key = JSON.stringify(conversation);
  const requests = fresh.get(key) ?? reuse.freshRequests((claude) => converse(claude, conversation));
  fresh.set(key, requests);
  return requests;
}

/** Holds one conversation and then another in the same process. Says where the second differs from one of a fresh process. */
async function differencesAfter(before: Conversation, after: Conversation): Promise<string[]> {
  const expected = await freshRequests(after);
  const key = JSON.stringify(after.setup?.schema ?? null);
  const claude = empty.get(key) ?? reuse.start();
  empty.delete(key);
  await converse(claude, before, 'before');
  if (!(await claude.reset())) return ['the process was not emptied'];
  const requests = await reuse.requestsDuring(() => converse(claude, after));
  if (!(await claude.reset())) return ['the process was not emptied again'];
  empty.set(key, claude);
  return differences(requests, expected);
}

const MODELS = ['sonnet', 'haiku', undefined, 'opus'] as const;

const FLAGS: readonly (readonly [name: string, flags: TurnFlags])[] = [
  ['a high effort', { effort: 'high' }],
  ['the highest effort', { effort: 'max' }],
  ['a low effort', { effort: 'low' }],
  ['a token limit', { maxTokens: 777 }],
  [
    'fields of the request body',
    { extraBody: { stop_sequences: ['X'], temperature: 0.3, output_config: { effort: 'high' }, max_tokens: 50 } },
  ],
  ['a header of the request body', { extraBody: { anthropic_beta: ['interleaved-thinking-2025-05-14', 'some-beta'] } }],
  ['thinking that is shown', { thinking: 'shown' }],
  ['thinking that is off', { thinking: 'off' }],
  ['all of them', { effort: 'max', maxTokens: 777, extraBody: { top_p: 0.5 }, thinking: 'shown' }],
];

describe.each(MODELS)('with the model %s, nothing is left of', (model) => {
  const after: Conversation = { system: SYSTEM, model };

  test.each(FLAGS)('%s', async (_, flags) => {
    expect(await differencesAfter({ system: OTHER_SYSTEM, model, flags }, after)).toEqual([]);
  });

  test.each(MODELS.filter((other) => other !== model))('the model %s', async (other) => {
    const before: Conversation = { system: SYSTEM, model: other, flags: { effort: 'high', thinking: 'shown' } };

    expect(await differencesAfter(before, after)).toEqual([]);
  });
});

test.each(FLAGS)('%s is in force in a conversation after one with other settings', async (_, flags) => {
  const before: Conversation = {
    system: OTHER_SYSTEM,
    model: 'opus',
    flags: { effort: 'medium', maxTokens: 99, extraBody: { stop_sequences: ['Y'] }, thinking: 'off' },
  };

  expect(await differencesAfter(before, { system: SYSTEM, model: 'sonnet', flags })).toEqual([]);
});

const TOOLS: readonly (readonly [name: string, tools: readonly McpToolDefinition[] | undefined])[] = [
  ['no tools', undefined],
  ['some tools', [tool('t0'), tool('t1')]],
  ['other tools', [tool('u0'), tool('u1'), tool('u2')]],
  ['tools of the same names with other schemas', [tool('t0', 'Other words.', 'y'), tool('t1', 'Other words.', 'z')]],
  ['the same tools in another order', [tool('t1'), tool('t0')]],
];
const TOOL_CHANGES = TOOLS.flatMap(([name, tools]) =>
  TOOLS.filter(([other]) => other !== name).map(([other, otherTools]) => ({ name, tools, other, otherTools })),
);

test.each(TOOL_CHANGES)('after a conversation with $name, one with $other has those alone', async (change) => {
  const before: Conversation = { system: OTHER_SYSTEM, model: 'sonnet', setup: { tools: change.tools } };
  const after: Conversation = { system: SYSTEM, model: 'sonnet', setup: { tools: change.otherTools } };

  expect(await differencesAfter(before, after)).toEqual([]);
});

// From 2.1.300 on, the CLI still offers the model the tools before.
test('after a conversation whose tools were replaced by those of the next one, that one has those alone', async () => {
  const [, [, first = []] = [], [, second = []] = []] = TOOLS;
  const after: Conversation = { system: SYSTEM, model: 'sonnet', setup: { tools: second } };
  const expected = await freshRequests(after);
  const claude = reuse.start();
  await claude.begin({ ...after, setup: { tools: first } });
  await ask(claude, 'one');
  await claude.replaceTools(second);
  await ask(claude, '[[tool]]');

  expect(await claude.reset()).toBe(true);
  const requests = await reuse.requestsDuring(() => converse(claude, after));

  expect(differences(requests, expected)).toEqual([]);
});

describe('a process with a schema', () => {
  const schema = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] };

  test.each([
    ['and no tools', {}],
    ['and tools', { tools: [tool('t0')] }],
  ])('%s serves other conversations with the same schema', async (_, setup) => {
    const after: Conversation = { system: SYSTEM, model: 'sonnet', setup: { ...setup, schema } };

    expect(await differencesAfter({ system: OTHER_SYSTEM, model: 'haiku', setup: { schema } }, after)).toEqual([]);
    expect(await differencesAfter({ ...after, setup: { schema, tools: [tool('u0')] } }, after)).toEqual([]);
  });

  test('serves no conversation with another schema, and is of no use afterwards', async () => {
    const claude = reuse.start();
    await claude.begin({ system: SYSTEM, model: 'sonnet', setup: { schema } });
    await ask(claude, '[[structured]]');
    expect(await claude.reset()).toBe(true);

    await expect(claude.begin({ system: SYSTEM, model: 'sonnet' })).rejects.toThrow('schema');
    expect(await claude.reset()).toBe(false);
  });
});

describe('the system prompt', () => {
  test('cannot be removed, so such a process is of no use', async () => {
    const claude = reuse.start();
    await claude.begin({ system: SYSTEM, model: 'sonnet' });
    expect(await claude.reset()).toBe(true);

    await expect(claude.begin({ system: '', model: 'sonnet' })).rejects.toThrow('cannot be removed');
    expect(await claude.reset()).toBe(false);
  });

  test('can be set in a process that had none, and none is needed where there was none', async () => {
    const none: Conversation = { system: '', model: 'sonnet' };
    const expected = await freshRequests(none);
    const claude = reuse.start();
    await converse(claude, none, 'before');
    expect(await claude.reset()).toBe(true);
    const requests = await reuse.requestsDuring(() => converse(claude, none));

    expect(differences(requests, expected)).toEqual([]);
    expect(await claude.reset()).toBe(true);
    const after: Conversation = { system: SYSTEM, model: 'sonnet' };
    expect(differences(await reuse.requestsDuring(() => converse(claude, after)), await freshRequests(after))).toEqual(
      [],
    );
  });
});

test('flags that are set while a tool runs end with the conversation', async () => {
  const after: Conversation = { system: SYSTEM, model: 'sonnet', setup: { tools: [tool('t0')] } };
  const expected = await freshRequests(after);
  const claude = reuse.start();
  await claude.begin(after);
  await claude.configure({ effort: 'low', maxTokens: 111 });
  for await (const event of claude.runTurn([{ type: 'text', text: '[[tool]]' }], new AbortController().signal)) {
    if (event.type !== 'tool_end') continue;
    await claude.configure({ effort: 'high', maxTokens: 222, thinking: 'off' });
    claude.sendToolResult(event.id, { content: [{ type: 'text', text: 'Done.' }], isError: false });
  }
  await askUntil(claude, '[[hangInText]]', 'text');

  expect(await claude.reset()).toBe(true);
  const requests = await reuse.requestsDuring(() => converse(claude, after));

  expect(differences(requests, expected)).toEqual([]);
});
