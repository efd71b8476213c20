/**
 * What the API's prompt cache holds of a conversation that is live, rewound, replayed or resumed: block by block, in a model of the cache
 * (test/support/cacheModel.ts).
 */
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { learnRows, type SessionRow } from '../../app/claude/history/learnRows';
import { removeSessionFile, writeSessionFile } from '../../app/claude/history/sessionFile';
import type { ApiMessage } from '../../app/claude/process/outgoingMessages';
import type { CacheUse } from '../support/cacheModel';
import { type MessagesBody, text } from '../support/messagesApi';
import { type PromptCacheRig, type RigProcess, startPromptCacheRig, words } from '../support/promptCacheRig';

const NEVER = new AbortController().signal;
const TURNS = 20;
const SYSTEM = 'You help with a program of many files. '.repeat(40);

let rig: PromptCacheRig;

beforeAll(async () => {
  rig = await startPromptCacheRig();
});

afterEach(() => rig.endTest());

afterAll(() => rig.end());

const question = (at: number) => `Question ${at}: ${'what does this part do? '.repeat(8)}`;
const answer = (at: number) => `Answer ${at}: ${'it reads the file and writes another. '.repeat(20)}`;
const exchanges = (count: number): ApiMessage[] =>
  Array.from({ length: count }, (_, at): ApiMessage[] => [
    { role: 'user', content: words(question(at)) },
    { role: 'assistant', content: words(answer(at)) },
  ]).flat();

/** Has the mocked API answer each question as `exchanges` says. */
function answerAll(): void {
  rig.api.chooseAnswer((request) => {
    const asked = request.history.filter(({ role }) => role === 'user').length;
    return rig.cache.answer(request, text(answer(asked - 1)));
  });
}

/** What the API sees of a request, without the lifetime of its prefixes. */
function seen({ model, system, tools, messages }: MessagesBody) {
  const isBilling = (block: { text: string }) => block.text.startsWith('x-anthropic-billing-header:');
  const blocks = typeof system === 'string' ? [] : (system ?? []).filter((block) => !isBilling(block));
  return { model, tools, messages, system: blocks };
}

/** The conversation of `count` turns in one process. Returns what each turn has read from the cache, and the requests. */
async function live(count: number) {
  answerAll();
  const cli = await rig.start({ system: SYSTEM });
  for (let at = 0; at < count; at += 1) await cli.ask(question(at));
  const result = { uses: [...rig.cache.uses], bodies: rig.api.requests.map(({ body }) => seen(body)), cli };
  rig.cache.clear();
  return result;
}

const hits = (uses: readonly CacheUse[]) => uses.map(({ hit, blocks }) => `${hit} of ${blocks}`);

/** The share of all tokens that was read from the cache. */
function cachedShare(uses: readonly CacheUse[]): number {
  const sum = (field: 'tokens' | 'hitTokens') => uses.reduce((total, use) => total + use[field], 0);
  return sum('hitTokens') / sum('tokens');
}

/** A process that is started with the first `count` exchanges in a session file. */
async function resume(count: number, rows: readonly SessionRow[]): Promise<RigProcess> {
  const session = await writeSessionFile(path.join(rig.home, 'replay'), exchanges(count), rows);
  const cli = await rig.start({ system: SYSTEM, session: { ...session, model: 'sonnet' } });
  await removeSessionFile(session.file);
  return cli;
}

test('a live conversation reads all that it has sent before', async () => {
  const { uses } = await live(TURNS);

  for (const [at, use] of uses.entries()) {
    if (at > 0) expect([at, use.hit]).toEqual([at, uses[at - 1]?.blocks ?? 0]);
  }
  expect(cachedShare(uses)).toBeGreaterThan(0.85);
});

test('a rewound conversation reads the same blocks as a live one', async () => {
  const { uses, bodies } = await live(6);
  rig.api.reset();
  answerAll();
  const cli = await rig.start({ system: SYSTEM });
  for (let at = 0; at < 6; at += 1) {
    await cli.ask(`Another way to ask ${at}`);
    expect(await cli.process.rewind(at)).toBe(true);
    await cli.ask(question(at));
  }

  const asked = rig.api.requests.flatMap(({ body, history }, at) =>
    JSON.stringify(history.at(-1)).includes('Another way') ? [] : [{ body: seen(body), use: rig.cache.uses[at] }],
  );
  expect(asked.map(({ body }) => body)).toEqual(bodies);
  expect(hits(asked.flatMap(({ use }) => use ?? [])).slice(1)).toEqual(hits(uses).slice(1));
});

describe('a conversation whose every turn is replayed anew', () => {
  async function replayed(turns: number) {
    answerAll();
    const cli = await rig.start({ system: SYSTEM });
    for (let at = 0; at < turns; at += 1) {
      if (at > 0) await cli.renew();
      await cli.replay(exchanges(at));
      await cli.ask(question(at));
    }
    return [...rig.cache.uses];
  }

  test('reads 80 % of its tokens, each time up to the question before', async () => {
    const uses = await replayed(TURNS);

    expect(uses.map(({ refusal, breakpoints }) => [refusal, breakpoints])).toEqual(
      uses.map((_, at) => [undefined, at === 0 ? 3 : 4]),
    );
    expect(cachedShare(uses)).toBeGreaterThan(0.8);
    // Behind what is read: the last answer, the question, and the note of the CLI.
    for (const { hit, blocks } of uses.slice(2)) expect(blocks - hit).toBe(3);
  });
});

describe('a conversation that is resumed from a session file', () => {
  let rows: readonly SessionRow[];

  beforeAll(async () => {
    rows = await learnRows((special) => rig.launch(special), rig.env(), 'claude-sonnet-5-5', NEVER);
  });

  test('is equal to a live one, and reads the same blocks', async () => {
    const { uses, bodies } = await live(6);
    rig.api.reset();
    answerAll();
    for (let at = 1; at < 6; at += 1) await (await resume(at, rows)).ask(question(at));

    expect(rig.api.requests.map(({ body }) => seen(body))).toEqual(bodies.slice(1));
    expect(hits(rig.cache.uses).slice(1)).toEqual(hits(uses).slice(2));
  });

  test('goes on as a live one', async () => {
    const { uses, bodies } = await live(5);
    rig.api.reset();
    answerAll();
    const cli = await resume(2, rows);
    for (let at = 2; at < 5; at += 1) await cli.ask(question(at));

    expect(rig.api.requests.map(({ body }) => seen(body))).toEqual(bodies.slice(2));
    expect(hits(rig.cache.uses).slice(1)).toEqual(hits(uses).slice(3));
  });

  test('without the CLI’s notes is one that is replayed: it gets a breakpoint', async () => {
    answerAll();
    for (let at = 1; at < 5; at += 1) await (await resume(at, [])).ask(question(at));

    expect(rig.cache.uses.map(({ breakpoints }) => breakpoints)).toEqual([4, 4, 4, 4]);
    for (const { hit, blocks } of rig.cache.uses.slice(1)) expect(blocks - hit).toBe(3);
  });
});
