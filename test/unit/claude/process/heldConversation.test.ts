/** What is set when a process gets a conversation, and when it is of no use afterwards: with a script in place of the CLI. */
import { describe, expect, test } from 'vitest';
import { OTHER, openConversation, SERVER_A, SERVER_B, START, TOOLS } from './scriptedConversation';

describe('a conversation', () => {
  test('begins in a new process with its settings, and without an anchor', async () => {
    const { held, sent, anchors } = openConversation();

    expect(await held.begin({ ...START, setup: { tools: TOOLS } })).toMatchObject({ models: [] });

    expect(sent).toMatchObject([
      { subtype: 'initialize', systemPrompt: [START.system], sdkMcpServers: [SERVER_A] },
      { subtype: 'set_model', model: 'sonnet' },
    ]);
    expect(anchors).toEqual([]);
    expect(held.turns).toBe(0);
  });

  test('needs no `set_model` for the default model of a new process', async () => {
    const { held, subtypes } = openConversation();

    await held.begin({ system: '', model: undefined });

    expect(subtypes()).toEqual(['initialize']);
  });

  test('that begins with a message of the model’s has an anchor ahead of it, and one only', async () => {
    const { held, anchors } = openConversation();
    await held.begin(START);

    await held.anchorGreeting();
    await held.anchorGreeting();
    held.addTurn(true);
    await held.anchorGreeting();

    expect(anchors).toHaveLength(1);
    expect(held.turns).toBe(1);
  });

  test('that begins with the user’s message has no anchor ahead of the model’s', async () => {
    const { held, anchors } = openConversation();
    await held.begin(START);
    held.addTurn(false);

    await held.anchorGreeting();

    expect(anchors).toEqual([]);
  });

  test('has no anchor in a process that serves one conversation only', async () => {
    const { held, anchors } = openConversation({ reusable: false });
    await held.begin(START);

    await held.anchorGreeting();

    expect(anchors).toEqual([]);
    expect(await held.empty()).toBe(false);
  });

  test('that is resumed needs no `set_model`, which would come after its messages, and cannot be removed', async () => {
    const { held, subtypes } = openConversation({ session: { userUuids: ['u1', 'u2'], hasNotes: false } });

    await held.begin(START);

    expect(held.turns).toBe(2);
    expect(await held.empty()).toBe(false);
    expect(subtypes()).toEqual(['initialize']);
  });

  test('whose anchor fails leaves a process of no use', async () => {
    const { held } = openConversation({ anchorFails: true });
    await held.begin(START);

    await expect(held.anchorGreeting()).rejects.toThrow('anchor failed');
    expect(await held.empty()).toBe(false);
  });

  test('has another uuid for each message', async () => {
    const { held, anchors } = openConversation();
    const uuids: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      await held.begin(START);
      await held.anchorGreeting();
      uuids.push(held.addTurn(false), held.addTurn(true));
      await held.empty();
    }

    expect(new Set([...uuids, ...anchors]).size).toBe(6);
  });
});

describe('the next conversation', () => {
  test('sets only what differs', async () => {
    const { held, sent } = openConversation();
    await held.begin(START);
    await held.empty();
    const before = sent.length;

    expect(await held.begin(START)).toBeUndefined();

    expect(sent).toHaveLength(before);
  });

  test.each([
    ['another system prompt', { ...START, system: OTHER.system }, { model: 'sonnet', system_prompt: OTHER.system }],
    ['another model', { ...START, model: OTHER.model }, { model: 'haiku' }],
    ['the default model', { ...START, model: undefined }, {}],
    ['both', OTHER, { model: 'haiku', system_prompt: OTHER.system }],
  ])('with %s sets the model', async (_, start, fields) => {
    const { held, sent } = openConversation();
    await held.begin(START);
    await held.empty();

    await held.begin(start);

    expect(sent.at(-1)).toEqual({ subtype: 'set_model', ...fields });
  });

  test('with other tools gets them from a server of another name', async () => {
    const { held, sent } = openConversation({ parked: { [SERVER_B]: 'parked' } });
    await held.begin(START);
    await held.empty();

    await held.begin({ ...START, setup: { tools: TOOLS } });

    expect(sent.slice(-2)).toMatchObject([
      { subtype: 'mcp_set_servers', servers: {} },
      { subtype: 'initialize', sdkMcpServers: [SERVER_B] },
    ]);
    expect(sent.at(-1)).not.toHaveProperty('systemPrompt');
    expect(held.tools.server).toBe(SERVER_B);
  });

  test('without tools has the server removed', async () => {
    const { held, sent } = openConversation();
    await held.begin({ ...START, setup: { tools: TOOLS } });
    await held.empty();

    await held.begin(START);

    expect(sent.at(-1)).toEqual({ subtype: 'mcp_set_servers', servers: {} });
    expect(held.tools.isEmpty).toBe(true);
  });

  test('with the tools that its predecessor was given in its middle has them exchanged', async () => {
    const { held, subtypes } = openConversation({ parked: { [SERVER_B]: 'parked' } });
    await held.begin({ ...START, setup: { tools: [] } });
    held.tools.replace(TOOLS);
    await held.empty();

    await held.begin({ ...START, setup: { tools: TOOLS } });

    expect(subtypes()).toContain('mcp_set_servers');
  });

  test.each([
    ['is not among those that were taken', { parked: { [SERVER_A]: 'parked' } }],
    ['is not known to a CLI that does not say what was taken', {}],
    ['is not connected', { status: { mcpServers: [{ name: SERVER_B, status: 'failed' }] } }],
  ])('whose server %s leaves a process of no use', async (_, script) => {
    const { held } = openConversation(script);
    await held.begin(START);
    await held.empty();

    await expect(held.begin({ ...START, setup: { tools: TOOLS } })).rejects.toThrow('did not take the tools');
    expect(await held.empty()).toBe(false);
  });

  test('takes a server that is connected where the CLI does not say what was taken', async () => {
    const { held } = openConversation({ status: { mcpServers: [{ name: SERVER_B, status: 'connected' }] } });
    await held.begin(START);
    await held.empty();

    await held.begin({ ...START, setup: { tools: TOOLS } });

    expect(await held.empty()).toBe(true);
  });

  test.each(['set_model', 'mcp_set_servers', 'initialize'])(
    'whose `%s` fails leaves a process of no use',
    async (name) => {
      const { held, fail } = openConversation({ failing: [name], parked: { [SERVER_B]: 'parked' } });
      await held.begin(START);
      await held.empty();
      fail();

      await expect(held.begin({ ...OTHER, setup: { tools: TOOLS } })).rejects.toThrow(`${name} failed`);
      expect(await held.empty()).toBe(false);
    },
  );

  test.each([
    ['another schema', { ...START, setup: { schema: { type: 'object' } } }, 'schema'],
    ['no system prompt', { ...START, system: '' }, 'cannot be removed'],
  ])('with %s is refused', async (_, start, message) => {
    const { held } = openConversation();
    await held.begin(START);
    await held.empty();

    await expect(held.begin(start)).rejects.toThrow(message);
    expect(await held.empty()).toBe(false);
  });
});

describe('a system prompt that changes within a conversation', () => {
  test('is set with the model, once', async () => {
    const { held, sent } = openConversation();
    await held.begin(START);

    await held.changeSystem(START.system);
    await held.changeSystem('It is noon.');
    await held.changeSystem('It is noon.');

    expect(sent.slice(2)).toEqual([{ subtype: 'set_model', model: 'sonnet', system_prompt: 'It is noon.' }]);
  });

  test('is set anew for the next conversation', async () => {
    const { held, sent } = openConversation();
    await held.begin(START);
    await held.changeSystem('It is noon.');
    await held.empty();

    await held.begin(START);

    expect(sent.at(-1)).toMatchObject({ subtype: 'set_model', system_prompt: START.system });
  });

  test('cannot be removed, nor changed in a process for one conversation', async () => {
    const reusable = openConversation();
    const single = openConversation({ reusable: false });
    await reusable.held.begin(START);
    await single.held.begin(START);

    await expect(reusable.held.changeSystem('')).rejects.toThrow('cannot change');
    await expect(single.held.changeSystem('It is noon.')).rejects.toThrow('cannot change');
  });

  test('that cannot be set leaves a process of no use', async () => {
    const { held, fail } = openConversation({ failing: ['set_model'] });
    await held.begin(START);
    fail();

    await expect(held.changeSystem('It is noon.')).rejects.toThrow('set_model failed');
    expect(await held.empty()).toBe(false);
  });
});
