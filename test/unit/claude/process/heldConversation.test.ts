/** What is set when a process gets a conversation, and when it is of no use afterwards: with a script in place of the CLI. */
import { describe, expect, test } from 'vitest';
import { OTHER, openConversation, SERVER_A, SERVER_B, START, TOOLS } from './scriptedConversation';

describe('a conversation', () => {
  test('begins in a new process with its settings, and with an anchor ahead of its messages', async () => {
    const { held, sent, anchors } = openConversation();

    expect(await held.begin({ ...START, setup: { tools: TOOLS } })).toMatchObject({ models: [] });

    expect(sent).toMatchObject([
      { subtype: 'initialize', systemPrompt: [START.system], sdkMcpServers: [SERVER_A] },
      { subtype: 'set_model', model: 'sonnet' },
    ]);
    expect(anchors).toHaveLength(1);
    expect(held.turns).toBe(0);
  });

  test('needs no `set_model` for the default model of a new process', async () => {
    const { held, subtypes } = openConversation();

    await held.begin({ system: '', model: undefined });

    expect(subtypes()).toEqual(['initialize']);
  });

  test('has no anchor in a process that serves one conversation only', async () => {
    const { held, anchors } = openConversation({ reusable: false });

    await held.begin(START);

    expect(anchors).toEqual([]);
    expect(await held.rewind(0)).toBe(false);
  });

  test('that is resumed has neither an anchor nor a `set_model`, which would come after its messages', async () => {
    const { held, anchors, subtypes } = openConversation({ session: { userUuids: ['u1', 'u2'], hasNotes: false } });

    await held.begin(START);

    expect(subtypes()).toEqual(['initialize']);
    expect(anchors).toEqual([]);
    expect(held.turns).toBe(2);
  });

  test('without an anchor cannot be removed', async () => {
    const { held, subtypes } = openConversation({ session: { userUuids: ['u1'], hasNotes: false } });
    await held.begin(START);

    expect(await held.rewind(0)).toBe(false);
    expect(subtypes()).not.toContain('rewind_conversation');
  });

  test('whose anchor fails leaves a process of no use', async () => {
    const { held } = openConversation({ anchorFails: true });

    await expect(held.begin(START)).rejects.toThrow('anchor failed');
    expect(await held.rewind(0)).toBe(false);
  });

  test('has another uuid for each message', async () => {
    const { held, anchors } = openConversation();
    await held.begin(START);
    const uuids = [held.addTurn(false), held.addTurn(true), ...anchors];
    await held.rewind(0);
    await held.begin(START);
    uuids.push(held.addTurn(true), ...anchors.slice(1));

    expect(new Set(uuids).size).toBe(5);
  });
});

describe('the next conversation', () => {
  test('sets only what differs', async () => {
    const { held, sent, anchors } = openConversation();
    await held.begin(START);
    await held.rewind(0);
    const before = sent.length;

    expect(await held.begin(START)).toBeUndefined();

    expect(sent).toHaveLength(before);
    expect(anchors).toHaveLength(2);
  });

  test.each([
    ['another system prompt', { ...START, system: OTHER.system }, { model: 'sonnet', system_prompt: OTHER.system }],
    ['another model', { ...START, model: OTHER.model }, { model: 'haiku' }],
    ['the default model', { ...START, model: undefined }, {}],
    ['both', OTHER, { model: 'haiku', system_prompt: OTHER.system }],
  ])('with %s sets the model', async (_, start, fields) => {
    const { held, sent } = openConversation();
    await held.begin(START);
    await held.rewind(0);

    await held.begin(start);

    expect(sent.at(-1)).toEqual({ subtype: 'set_model', ...fields });
  });

  test('with other tools gets them from a server of another name', async () => {
    const { held, sent } = openConversation({ parked: { [SERVER_B]: 'parked' } });
    await held.begin(START);
    await held.rewind(0);

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
    await held.rewind(0);

    await held.begin(START);

    expect(sent.at(-1)).toEqual({ subtype: 'mcp_set_servers', servers: {} });
    expect(held.tools.isEmpty).toBe(true);
  });

  test('with the tools that its predecessor was given in its middle has them exchanged', async () => {
    const { held, subtypes } = openConversation({ parked: { [SERVER_B]: 'parked' } });
    await held.begin({ ...START, setup: { tools: [] } });
    held.tools.replace(TOOLS);
    await held.rewind(0);

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
    await held.rewind(0);

    await expect(held.begin({ ...START, setup: { tools: TOOLS } })).rejects.toThrow('did not take the tools');
    expect(await held.rewind(0)).toBe(false);
  });

  test('takes a server that is connected where the CLI does not say what was taken', async () => {
    const { held } = openConversation({ status: { mcpServers: [{ name: SERVER_B, status: 'connected' }] } });
    await held.begin(START);
    await held.rewind(0);

    await held.begin({ ...START, setup: { tools: TOOLS } });

    expect(await held.rewind(0)).toBe(true);
  });

  test.each(['set_model', 'mcp_set_servers', 'initialize'])(
    'whose `%s` fails leaves a process of no use',
    async (name) => {
      const { held, fail } = openConversation({ failing: [name], parked: { [SERVER_B]: 'parked' } });
      await held.begin(START);
      await held.rewind(0);
      fail();

      await expect(held.begin({ ...OTHER, setup: { tools: TOOLS } })).rejects.toThrow(`${name} failed`);
      expect(await held.rewind(0)).toBe(false);
    },
  );

  test.each([
    ['another schema', { ...START, setup: { schema: { type: 'object' } } }, 'schema'],
    ['no system prompt', { ...START, system: '' }, 'cannot be removed'],
  ])('with %s is refused', async (_, start, message) => {
    const { held } = openConversation();
    await held.begin(START);
    await held.rewind(0);

    await expect(held.begin(start)).rejects.toThrow(message);
    expect(await held.rewind(0)).toBe(false);
  });

  test.each([
    ['another model', { ...START, model: 'haiku' }],
    ['other tools', { ...START, setup: { tools: TOOLS } }],
  ])('with %s in a process that has an anchor only removes it first', async (_, start) => {
    const { held, subtypes, anchors } = openConversation({ parked: { [SERVER_B]: 'parked' } });
    await held.begin(START);

    await held.begin(start);

    expect(subtypes()[2]).toBe('rewind_conversation');
    expect(anchors).toHaveLength(2);
  });

  test('in a process whose anchor cannot be removed is refused', async () => {
    const { held } = openConversation({ rewinds: [{ rewound: false }] });
    await held.begin(START);

    await expect(held.begin(OTHER)).rejects.toThrow('not emptied');
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
    await held.rewind(0);

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
    expect(await held.rewind(0)).toBe(false);
  });
});
