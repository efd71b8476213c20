/** A rewound conversation sends the API, byte for byte, what one would that never had the removed turns (real CLI). */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSessionFile } from '../../../app/claude/history/sessionFile';
import type { ClaudeProcess, ConversationStart } from '../../../app/claude/process/claudeProcess';
import type { ApiMessage } from '../../../app/claude/process/outgoingMessages';
import { type ReuseTest, startReuseTest } from '../../support/reuse/reuseTest';
import { differences, type SentRequest } from '../../support/reuse/sentRequests';
import { ask, askUntil, IMAGE, leaveToolsOpen, NEVER, say, tool } from '../../support/reuse/turns';

const WORD = 'quillfeather';
const START: ConversationStart = {
  system: 'You keep the log.',
  model: 'sonnet',
  setup: { tools: ['t0', 't1', 't2'].map((name) => tool(name)) },
};

let reuse: ReuseTest;

beforeAll(async () => {
  reuse = await startReuseTest();
});

afterAll(() => reuse.stop());

type Step = (claude: ClaudeProcess) => Promise<unknown>;
const asks =
  (question: string): Step =>
  (claude) =>
    ask(claude, question);

/** The turns of the live conversation; each adds one message of the user's. */
const TURNS: readonly Step[] = [
  asks('one'),
  asks('[[tool]] two'),
  asks('[[think]] three'),
  (claude) => ask(claude, [IMAGE, { type: 'text', text: 'four' }]),
  asks('[[thinkTool]] five'),
  asks('six'),
];

async function run(claude: ClaudeProcess, steps: readonly Step[]): Promise<void> {
  for (const step of steps) await step(claude);
}

const AFTERWARDS: readonly Step[] = [asks('Another question?'), asks('[[tool]] again'), asks('And now?')];

describe('a live conversation', () => {
  test.each(TURNS.map((_, kept) => kept))('can be rewound to its first %i turns', async (kept) => {
    const expected = await reuse.freshRequests(async (fresh) => {
      await fresh.begin(START);
      await run(fresh, [...TURNS.slice(0, kept), ...AFTERWARDS]);
    });
    const claude = reuse.start();
    await claude.begin(START);
    await run(claude, TURNS);

    expect(await claude.rewind(kept)).toBe(true);
    expect(claude.turns).toBe(kept);
    const requests = await reuse.requestsDuring(() => run(claude, AFTERWARDS));

    expect(differences(requests, expected.slice(-requests.length))).toEqual([]);
    claude.kill();
  });

  test('can be rewound again and again, to ever earlier turns', async () => {
    const expected = await reuse.freshRequests(async (fresh) => {
      await fresh.begin(START);
      await run(fresh, [...TURNS.slice(0, 1), ...AFTERWARDS]);
    });
    const claude = reuse.start();
    await claude.begin(START);
    await run(claude, TURNS);
    for (const kept of [5, 3, 2, 1]) {
      expect(await claude.rewind(kept)).toBe(true);
      await ask(claude, `${WORD} [[tool]] ${kept}`);
    }

    expect(await claude.rewind(1)).toBe(true);
    const requests = await reuse.requestsDuring(() => run(claude, AFTERWARDS));

    expect(differences(requests, expected.slice(-requests.length))).toEqual([]);
    expect(JSON.stringify(requests)).not.toContain(WORD);
  });
});

/** What may come after the first two turns, and is removed. */
const REMOVED: readonly (readonly [name: string, step: Step])[] = [
  ['parallel tool calls', asks(`${WORD} [[parallel]]`)],
  ['an answer that is interrupted', (claude) => askUntil(claude, `${WORD} [[hangInText]]`, 'text')],
  ['thinking that is interrupted', (claude) => askUntil(claude, `${WORD} [[hangInThinking]]`, 'thinking')],
  ['a tool’s input that is interrupted', (claude) => askUntil(claude, `${WORD} [[hangInTool]]`, 'tool_input')],
  ['a tool that is waited for when the turn is interrupted', (claude) => leaveToolsOpen(claude, `${WORD} [[tool]]`)],
  ['an error of the API', asks(`${WORD} [[error400]]`)],
  ['a refusal', asks(`${WORD} [[refuseAtOnce]]`)],
  ['an empty answer', asks(`${WORD} [[empty]]`)],
  ['an answer at the token limit', asks(`${WORD} [[limit]]`)],
  ['a replayed exchange', (claude) => claude.replay([say('user', `${WORD} u`), say('assistant', `${WORD} a`)], NEVER)],
  ['a replayed message without an answer', (claude) => claude.replay([say('user', `${WORD} u`)], NEVER)],
];

describe('a conversation that is rewound to its first two turns', () => {
  const kept = TURNS.slice(0, 2);
  let expected: readonly SentRequest[] = [];
  /** It has the two turns; a test that fails leaves none. */
  let shared: ClaudeProcess | undefined;

  const startWithTwo = async () => {
    const claude = reuse.start();
    await claude.begin(START);
    await run(claude, kept);
    return claude;
  };

  beforeAll(async () => {
    const fresh = await startWithTwo();
    expected = await reuse.requestsDuring(() => run(fresh, AFTERWARDS));
    fresh.kill();
  });

  test.each(REMOVED)('keeps nothing of %s after them', async (_, removed) => {
    const claude = shared ?? (await startWithTwo());
    shared = undefined;
    await run(claude, [removed, asks(`${WORD} and`)]);

    expect(await claude.rewind(2)).toBe(true);
    const requests = await reuse.requestsDuring(() => run(claude, AFTERWARDS));

    expect(differences(requests, expected)).toEqual([]);
    expect(JSON.stringify(requests)).not.toContain(WORD);
    expect(await claude.rewind(2)).toBe(true);
    shared = claude;
  });
});

describe('a history', () => {
  const history: readonly ApiMessage[] = [
    ...[say('user', 'u1'), say('assistant', 'a1'), say('user', [IMAGE, { type: 'text', text: 'u2' }])],
    ...[say('assistant', 'a2'), say('user', 'u3'), say('assistant', 'a3')],
  ];

  /** A process that was started with the first messages of the history. */
  const startWithSession = async (length: number) => {
    const written = await writeSessionFile(path.join(reuse.home, 'sessions'), history.slice(0, length));
    const claude = reuse.start({ session: { ...written, model: 'sonnet' } });
    await claude.begin({ ...START, model: 'sonnet' });
    return claude;
  };
  const startWithReplay = async (length: number) => {
    const claude = reuse.start();
    await claude.begin(START);
    await claude.replay(history.slice(0, length), NEVER);
    return claude;
  };

  test.each([
    ['from a session file', startWithSession],
    ['that was replayed', startWithReplay],
  ])('%s can be rewound to each of its turns', async (_, startWith) => {
    for (const kept of [1, 2]) {
      const shorter = await startWith(kept * 2);
      const expected = await reuse.requestsDuring(() => run(shorter, AFTERWARDS));
      const claude = await startWith(history.length);
      await ask(claude, `${WORD} [[tool]]`);

      expect(await claude.rewind(kept)).toBe(true);
      const requests = await reuse.requestsDuring(() => run(claude, AFTERWARDS));

      expect(differences(requests, expected)).toEqual([]);
      expect(JSON.stringify(requests)).not.toContain(WORD);
      claude.kill();
      shorter.kill();
    }
  });

  test('that begins with a greeting keeps it where the user’s first message is removed', async () => {
    const greeting = [say('assistant', 'Welcome.')];
    const expected = await reuse.freshRequests(async (fresh) => {
      await fresh.begin(START);
      await fresh.replay(greeting, NEVER);
      await run(fresh, AFTERWARDS);
    });
    const claude = reuse.start();
    await claude.begin(START);
    await claude.replay(greeting, NEVER);
    await ask(claude, `${WORD} one`);

    expect(await claude.rewind(0)).toBe(true);
    expect(differences(await reuse.requestsDuring(() => run(claude, AFTERWARDS)), expected)).toEqual([]);
    expect(await claude.reset()).toBe(true);
    claude.kill();
  });

  test('from a session file cannot be removed as a whole, so its process is ended', async () => {
    const claude = await startWithSession(history.length);
    await ask(claude, 'one');

    expect(await claude.reset()).toBe(false);
  });
});
