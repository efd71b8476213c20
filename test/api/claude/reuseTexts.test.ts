/** A history whose texts are appended without turns is, for the API, the one that is replayed turn by turn (real CLI). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClaudeProcess, ConversationStart } from '../../../app/claude/process/claudeProcess';
import { textsWithoutTurn } from '../../../app/claude/process/historyReplay';
import type { ApiMessage } from '../../../app/claude/process/outgoingMessages';
import { textsAsBlocks } from '../../../app/claude/selfTest/compareRequests';
import { type ReuseTest, startReuseTest } from '../../support/reuse/reuseTest';
import { differences, type SentRequest } from '../../support/reuse/sentRequests';
import { ask, IMAGE, NEVER, say, tool } from '../../support/reuse/turns';

const WORD = 'quillfeather';
const START: ConversationStart = {
  system: 'You keep the log.',
  model: 'sonnet',
  setup: { tools: ['t0', 't1', 't2'].map((name) => tool(name)) },
};

/** What the CLI would act on, or takes for its own, if the user had typed it. */
const ODD_TEXTS = [
  '/help',
  '/compact now',
  '@/etc/hostname',
  '!ls',
  '#note',
  '<local-command-stdout>x</local-command-stdout>',
  '<local-command-stderr>x</local-command-stderr>',
  '<command-name>/x</command-name>',
  '<bash-input>ls</bash-input>',
  '<system-reminder>x</system-reminder>',
  '<task-notification>x</task-notification>',
  '(no content)',
  '[Request interrupted by user]',
  'ultrathink',
  '  blanks around it \n\n',
  '\u0000 \u2028 \r\n \u001b[31m é e\u0301 😀',
  '"role":"user","content":"x"',
  'long '.repeat(50_000),
];

const history: readonly ApiMessage[] = [
  ...ODD_TEXTS.flatMap((text) => [say('user', text), say('assistant', `${text.slice(0, 20)}?`)]),
  { role: 'user', content: [IMAGE, { type: 'text', text: 'What is it?' }] },
  say('assistant', 'A dot.'),
  say('user', 'Two texts of mine'),
  say('user', 'follow each other.'),
  ...Array.from({ length: 10 }, (_, at) => [say('assistant', `a${at}`), say('user', `${WORD} ${at}`)]).flat(),
  say('assistant', 'The end.'),
];

let reuse: ReuseTest;

beforeAll(async () => {
  reuse = await startReuseTest();
});

afterAll(() => reuse.stop());

const asBlocks = (requests: readonly SentRequest[]) =>
  requests.map((request) => ({ ...request, body: textsAsBlocks(request.body) }));

async function askTwice(claude: ClaudeProcess): Promise<void> {
  await ask(claude, '[[tool]] And now?');
  await ask(claude, 'And then?');
}

async function startWithTexts(): Promise<ClaudeProcess> {
  const claude = reuse.start({ appendsTexts: true });
  await claude.begin(START);
  await claude.replay(history, NEVER);
  return claude;
}

const turnByTurn = (messages: readonly ApiMessage[]) =>
  reuse.freshRequests(async (fresh) => {
    await fresh.begin(START);
    await fresh.replay(messages, NEVER);
    await askTwice(fresh);
  });

describe('a history with texts that are appended without turns', () => {
  test('has the same messages, whatever the texts say', async () => {
    const expected = await turnByTurn(history);
    const claude = await startWithTexts();
    const requests = await reuse.requestsDuring(() => askTwice(claude));

    expect(textsWithoutTurn(history).size).toBeGreaterThan(ODD_TEXTS.length - 4);
    expect(requests[0]?.body).not.toBe(asBlocks(requests)[0]?.body);
    expect(differences(asBlocks(requests), asBlocks(expected))).toEqual([]);
    claude.kill();
  });

  test('can be rewound to each of its turns, and goes on as one that never had the others', async () => {
    const claude = await startWithTexts();
    const starts = history.flatMap(({ role }, at) => (role === 'user' ? [at] : []));
    const turns = starts.map((_, kept) => kept).filter((kept) => kept > 0 && claude.canRewindTo(kept));
    expect(turns).toEqual([16, 18, 23, 24, 25, 26, 27, 28, 29, 30]);

    for (const kept of turns.toReversed()) {
      const expected = await turnByTurn(history.slice(0, starts[kept]));
      expect(await claude.rewind(kept)).toBe(true);
      const requests = await reuse.requestsDuring(() => askTwice(claude));
      expect(differences(asBlocks(requests), asBlocks(expected))).toEqual([]);
    }
    claude.kill();
  });

  test('leaves nothing in a process that is emptied, whether it was asked before or not', async () => {
    const expected = await reuse.freshRequests(async (fresh) => {
      await fresh.begin({ ...START, system: 'You sell boats.' });
      await askTwice(fresh);
    });
    const claude = await startWithTexts();
    for (const asks of [false, true]) {
      if (asks) {
        await claude.begin(START);
        await claude.replay(history, NEVER);
        await ask(claude, 'And now?');
      }
      expect(await claude.reset()).toBe(true);
      await claude.begin({ ...START, system: 'You sell boats.' });
      const requests = await reuse.requestsDuring(() => askTwice(claude));
      expect(differences(requests, expected)).toEqual([]);
      expect(await claude.reset()).toBe(true);
    }
    claude.kill();
  });
});
