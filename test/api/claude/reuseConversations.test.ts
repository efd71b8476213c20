/** A process that has served other conversations sends the API, byte for byte, what a fresh process would (real CLI). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClaudeProcess, ConversationStart } from '../../../app/claude/process/claudeProcess';
import type { TurnFlags } from '../../../app/claude/process/turnFlags';
import { COMPARED, ONLY_BEFORE } from '../../support/reuse/conversationKinds';
import { type ReuseTest, startReuseTest } from '../../support/reuse/reuseTest';
import { differences, type SentRequest } from '../../support/reuse/sentRequests';
import { tool } from '../../support/reuse/turns';

/** Is in each text of the conversations before, and in no other. */
const WORD = 'quillfeather';
const TOOLS = ['t0', 't1', 't2'].map((name) => tool(name));

/** Each conversation before has one of these. The tools of the first are those of the conversations after. */
const STARTS_BEFORE: readonly (ConversationStart & { readonly flags: TurnFlags })[] = [
  { system: `You sell the ${WORD}.`, model: 'sonnet', setup: { tools: TOOLS }, flags: {} },
  {
    system: `You buy the ${WORD}.`,
    model: 'haiku',
    setup: { tools: TOOLS.map(({ name }) => tool(name, `The ${WORD} of ${name}.`)) },
    flags: { effort: 'high', maxTokens: 1_234, thinking: 'shown', extraBody: { stop_sequences: [WORD] } },
  },
  {
    system: 'You keep the log.',
    model: 'opus',
    setup: { tools: [...TOOLS, tool(`t3_${WORD}`)] },
    flags: { thinking: 'off' },
  },
];
const START: ConversationStart = { system: 'You keep the log.', model: 'sonnet', setup: { tools: TOOLS } };

const AFTER = Object.entries(COMPARED);
const { CLAUDACITY_REUSE_PAIRS: pairs = '3' } = process.env;
/** How many conversations are compared after each kind; CLAUDACITY_REUSE_PAIRS=all compares all. */
const PAIRS_EACH = pairs === 'all' ? AFTER.length : Number(pairs);

let reuse: ReuseTest;
const expected = new Map<string, SentRequest[]>();
/** The empty process; a test that fails leaves none. */
let empty: ClaudeProcess | undefined;

beforeAll(async () => {
  reuse = await startReuseTest();
  for (const [name, converse] of AFTER) {
    const run = async (fresh: ClaudeProcess) => {
      await fresh.begin(START);
      await converse(fresh, '');
    };
    expected.set(name, await reuse.freshRequests(run));
  }
});

afterAll(() => reuse.stop());

test.each(
  Object.entries({ ...COMPARED, ...ONLY_BEFORE }).map(([name, converse], index) => ({ name, converse, index })),
)('after a conversation $name', async ({ converse, index }) => {
  const claude = empty ?? reuse.start();
  empty = undefined;
  for (let pair = 0; pair < PAIRS_EACH; pair += 1) {
    const { flags, ...before } = STARTS_BEFORE[(index + pair) % STARTS_BEFORE.length] ?? { ...START, flags: {} };
    const [name, converseAfter] = AFTER[(index * PAIRS_EACH + pair) % AFTER.length] ?? ['', async () => {}];

    await claude.begin(before);
    await claude.configure(flags);
    await converse(claude, WORD);
    expect(await claude.reset(), name).toBe(true);
    const requests = await reuse.requestsDuring(async () => {
      await claude.begin(START);
      await claude.configure({});
      await converseAfter(claude, '');
    });

    expect(JSON.stringify(requests), name).not.toContain(WORD);
    expect(differences(requests, expected.get(name)), name).toEqual([]);
    expect(await claude.reset(), name).toBe(true);
  }
  empty = claude;
});

test('a process that was warmed up sends the requests of one that was not, in every kind of conversation', async () => {
  for (const [name, converse] of AFTER) {
    const requests = await reuse.freshRequests(async (claude) => {
      await claude.begin(START);
      expect(await claude.warmUp(), name).toBe(true);
      await claude.begin(START);
      await converse(claude, '');
    });
    expect(differences(requests, expected.get(name)), name).toEqual([]);
  }
});
