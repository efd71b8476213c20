/** Emptying and rewinding a process, with a script in place of the CLI. */
import { describe, expect, test } from 'vitest';
import type { ApiBlock } from '../../../../app/claude/process/outgoingMessages';
import { EMPTIED, openConversation, rewindTo, START, TOOLS } from './scriptedConversation';

describe('emptying a process', () => {
  test('cuts from the user’s first message on, and names the last one', async () => {
    const { held, sent } = openConversation();
    await held.begin(START);
    const [first, , last] = [held.addTurn(false), held.addTurn(true), held.addTurn(true)];

    expect(await held.empty()).toBe(true);
    expect(sent.at(-1)).toEqual(rewindTo(first, last));
    expect(held.turns).toBe(0);
  });

  test('cuts from the anchor on where there is one', async () => {
    const { held, sent, anchors } = openConversation();
    await held.begin(START);
    await held.anchorGreeting();
    const last = held.addTurn(true);

    expect(await held.empty()).toBe(true);
    expect(sent.at(-1)).toEqual(rewindTo(anchors[0], last));
  });

  test('cuts an anchor that is the user’s only message', async () => {
    const { held, sent, anchors } = openConversation();
    await held.begin(START);
    await held.anchorGreeting();

    expect(await held.empty()).toBe(true);
    expect(sent.at(-1)).toEqual(rewindTo(anchors[0], anchors[0]));
  });

  test('needs no request where there is no message', async () => {
    const { held, subtypes } = openConversation();
    await held.begin(START);

    expect(await held.empty()).toBe(true);
    expect(await held.empty()).toBe(true);
    expect(subtypes()).not.toContain('rewind_conversation');
  });

  test.each([
    ['a refusal', { rewound: false, reason: 'stale_target' }],
    ['messages of the model that stay', { rewound: true, precedingAssistantUuid: 'a1' }],
    ['nothing about messages of the model that stay', { rewound: true }],
    ['something else', { ok: true }],
    ['nothing', undefined],
    ['an error', new Error('too late')],
  ])('that the CLI answers with %s spoils the process', async (_, answer) => {
    const { held } = openConversation({ rewinds: [answer, EMPTIED] });
    await held.begin(START);
    held.addTurn(true);

    expect(await held.empty()).toBe(false);
    expect(await held.empty()).toBe(false);
  });

  test('is repeated once where the CLI counts a turn as running', async () => {
    const running = { rewound: false, reason: 'turn_running' };
    const once = openConversation({ rewinds: [running, EMPTIED] });
    const twice = openConversation({ rewinds: [running, running, EMPTIED] });
    await once.held.begin(START);
    await twice.held.begin(START);
    once.held.addTurn(true);
    twice.held.addTurn(true);

    expect(await once.held.empty()).toBe(true);
    expect(await twice.held.empty()).toBe(false);
    expect(twice.subtypes().filter((subtype) => subtype === 'rewind_conversation')).toHaveLength(2);
  });

  test('is not tried where the process is spoilt', async () => {
    const { held, subtypes } = openConversation();
    await held.begin(START);
    held.addTurn(true);
    held.spoil();

    expect(await held.empty()).toBe(false);
    expect(subtypes()).not.toContain('rewind_conversation');
  });

  test('drops the results of tools that nobody has asked for', async () => {
    const { held } = openConversation();
    await held.begin({ ...START, setup: { tools: TOOLS } });
    held.tools.resolveCall('toolu_1', { content: [{ type: 'text', text: 'old' }], isError: false });
    await held.empty();
    const params = { name: 'tide', _meta: { 'claudecode/toolUseId': 'toolu_1' } };
    const request = { subtype: 'mcp_message', message: { id: 1, method: 'tools/call', params } };
    const call = held.tools.handleRequest({ type: 'control_request', request_id: 'r', request });
    held.tools.resolveCall('toolu_1', { content: [{ type: 'text', text: 'new' }], isError: false });

    expect(JSON.stringify(await call)).toContain('new');
  });
});

describe('a conversation with texts that were appended without a turn', () => {
  test('is emptied from its first turn on, and names its last turn', async () => {
    const { held, sent } = openConversation();
    await held.begin(START);
    const first = held.addTurn(false);
    held.addText();
    const last = held.addTurn(false);
    held.addText();

    expect(held.turns).toBe(4);
    expect(await held.empty()).toBe(true);
    expect(sent.at(-1)).toEqual(rewindTo(first, last));
  });

  test('can be rewound to its turns alone', async () => {
    const { held, sent } = openConversation({ rewinds: [{ rewound: true, precedingAssistantUuid: 'a1' }] });
    await held.begin(START);
    held.addTurn(false);
    held.addText();
    const third = held.addTurn(true);

    expect([0, 1, 2, 3].map((kept) => held.canRewindTo(kept))).toEqual([true, false, true, true]);
    expect(await held.rewind(2)).toBe(true);
    expect(sent.at(-1)).toEqual(rewindTo(third, third));
    expect(held.turns).toBe(2);
    expect(await held.rewind(1)).toBe(false);
  });

  test('that has no turn is of no use', async () => {
    const { held, subtypes } = openConversation();
    await held.begin(START);
    held.addText();

    expect(await held.empty()).toBe(false);
    expect(subtypes()).not.toContain('rewind_conversation');
  });
});

describe('rewinding to a message', () => {
  test('cuts from the first message that goes on', async () => {
    const { held, sent } = openConversation({ rewinds: [{ rewound: true, precedingAssistantUuid: 'a1' }] });
    await held.begin(START);
    const [, second, third] = [held.addTurn(true), held.addTurn(true), held.addTurn(true)];

    expect(await held.rewind(1)).toBe(true);
    expect(sent.at(-1)).toEqual(rewindTo(second, third));
    expect(held.turns).toBe(1);
  });

  test('keeps the model’s message ahead of the user’s first one, and its anchor', async () => {
    const { held, sent, anchors } = openConversation({
      rewinds: [{ rewound: true, precedingAssistantUuid: 'a1' }, EMPTIED],
    });
    await held.begin(START);
    await held.anchorGreeting();
    const first = held.addTurn(true);

    expect(await held.rewind(0)).toBe(true);
    expect(sent.at(-1)).toEqual(rewindTo(first, first));
    expect(await held.empty()).toBe(true);
    expect(sent.at(-1)).toEqual(rewindTo(anchors[0], anchors[0]));
  });

  test('works in a session that was resumed', async () => {
    const { held, sent } = openConversation({ session: { userUuids: ['u1', 'u2'], hasNotes: false } });
    await held.begin(START);

    expect(await held.rewind(1)).toBe(true);
    expect(sent.at(-1)).toEqual(rewindTo('u2', 'u2'));
  });

  test('needs no request where all messages stay', async () => {
    const { held, subtypes } = openConversation();
    await held.begin(START);
    held.addTurn(true);

    expect(await held.rewind(1)).toBe(true);
    expect(subtypes()).not.toContain('rewind_conversation');
  });

  test('that is not there spoils the process', async () => {
    const { held } = openConversation();
    await held.begin(START);
    held.addTurn(true);

    expect(await held.rewind(7)).toBe(false);
    expect(await held.empty()).toBe(false);
  });
});

describe('the breakpoint for the API’s prompt cache', () => {
  const BREAKPOINT = { type: 'ephemeral' } as const;
  const IMAGE = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: '' } } as const;
  const question = (): ApiBlock[] => [{ type: 'text', text: 'One?' }, { type: 'text', text: 'Two?' }, IMAGE];
  const marked = [{ type: 'text', text: 'One?' }, { type: 'text', text: 'Two?', cache_control: BREAKPOINT }, IMAGE];

  test('is in the last text of the first question after a replay, and nowhere else', async () => {
    const { held } = openConversation();
    await held.begin(START);
    expect(held.withBreakpoint(question(), BREAKPOINT)).toEqual(question());
    held.addTurn(false);

    expect(held.withBreakpoint(question(), undefined)).toEqual(question());
    expect(held.withBreakpoint([IMAGE], BREAKPOINT)).toEqual([IMAGE]);
    expect(held.hasBreakpoint).toBe(false);
    expect(held.withBreakpoint(question(), BREAKPOINT)).toEqual(marked);
    expect(held.hasBreakpoint).toBe(true);
    held.addTurn(true);
    expect(held.withBreakpoint(question(), BREAKPOINT)).toEqual(question());
  });

  test('is gone with its question, and comes with the next one', async () => {
    const { held } = openConversation();
    await held.begin(START);
    held.addTurn(false);
    held.withBreakpoint(question(), BREAKPOINT);
    held.addTurn(true);

    await held.rewind(1);

    expect(held.hasBreakpoint).toBe(false);
    expect(held.withBreakpoint(question(), BREAKPOINT)).toEqual(marked);
  });

  test('stays where its question stays', async () => {
    const { held } = openConversation();
    await held.begin(START);
    held.addTurn(false);
    held.withBreakpoint(question(), BREAKPOINT);
    held.addTurn(true);
    held.addTurn(true);

    await held.rewind(2);

    expect(held.hasBreakpoint).toBe(true);
  });

  test('is not needed in a session with the CLI’s notes', async () => {
    const without = openConversation({ session: { userUuids: ['u1'], hasNotes: false } });
    const withNotes = openConversation({ session: { userUuids: ['u1'], hasNotes: true } });

    expect(without.held.withBreakpoint(question(), BREAKPOINT)).toEqual(marked);
    expect(withNotes.held.withBreakpoint(question(), BREAKPOINT)).toEqual(question());
  });
});
