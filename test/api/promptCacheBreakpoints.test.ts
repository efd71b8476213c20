/** The breakpoint that the app sets behind a replayed history: where it is, and that the API accepts every request that has it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ApiBlock, ApiMessage } from '../../app/claude/process/outgoingMessages';
import { httpError, text, thinking, toolUse } from '../support/messagesApi';
import { type PromptCacheRig, startPromptCacheRig, words } from '../support/promptCacheRig';

let rig: PromptCacheRig;

beforeAll(async () => {
  rig = await startPromptCacheRig();
});

afterEach(() => rig.endTest());

afterAll(() => rig.end());

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const IMAGE: ApiBlock = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } };
const PDF: ApiBlock = {
  type: 'document',
  source: { type: 'base64', media_type: 'application/pdf', data: Buffer.from('%PDF-1.4').toString('base64') },
};
const exchange = (at: number): ApiMessage[] => [
  { role: 'user', content: words(`question ${at}`) },
  { role: 'assistant', content: words(`answer ${at}`) },
];

/** Each message of the last request, with a mark where it has a breakpoint, without the notes of the CLI. */
function marks(): string[] {
  const messages = rig.api.requests.at(-1)?.body.messages ?? [];
  return messages.flatMap(({ role, content }) => {
    if (role === 'system' || typeof content === 'string') return [];
    const blocks = content.map((block) => String(block.text ?? block.type) + (block.cache_control ? '*' : ''));
    return [blocks.join('|')];
  });
}

describe.each(['api-key', 'subscription'] as const)('with the account %s', (account) => {
  test('is in the first question behind a replayed history, and stays there', async () => {
    rig.api.chooseAnswer((request) => rig.cache.answer(request));
    const cli = await rig.start({ account });
    await cli.replay([...exchange(1), ...exchange(2)]);

    await cli.ask('question 3');
    expect(marks()).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2', 'question 3*']);
    await cli.ask('question 4');

    expect(marks().slice(-3)).toEqual(['question 3*', 'OK', 'question 4*']);
    const lifetime = account === 'subscription' ? '1h' : '5m';
    expect(rig.cache.uses.map(({ lifetimes, refusal }) => [lifetimes.join(), refusal])).toEqual([
      [`${lifetime},${lifetime},${lifetime},${lifetime}`, undefined],
      [`${lifetime},${lifetime},${lifetime},${lifetime}`, undefined],
    ]);
  });

  test.each([
    ['ahead of the question that has it', 2],
    ['to just behind the question that has it', 3],
    ['to a later question', 4],
  ])('a rewind %s makes it neither two nor none', async (_, kept) => {
    rig.api.chooseAnswer((request) => rig.cache.answer(request));
    const cli = await rig.start({ account });
    await cli.replay([...exchange(1), ...exchange(2)]);
    for (const at of [3, 4, 5]) await cli.ask(`question ${at}`);

    expect(await cli.process.rewind(kept)).toBe(true);
    for (const at of [1, 2]) await cli.ask(`other ${at}`);

    expect(rig.cache.uses.map(({ breakpoints }) => breakpoints)).toEqual([4, 4, 4, 4, 4]);
  });

  test('a process that was emptied has none, and the next replayed history has it again', async () => {
    rig.api.chooseAnswer((request) => rig.cache.answer(request));
    const cli = await rig.start({ account });
    await cli.replay(exchange(1));
    await cli.ask('question 2');

    await cli.renew();
    await cli.ask('another');
    expect(rig.cache.uses.map(({ breakpoints }) => breakpoints)).toEqual([4, 3]);
    await cli.renew();
    await cli.replay(exchange(1));
    await cli.ask('question 2');

    expect(rig.cache.uses.at(-1)?.breakpoints).toBe(4);
  });

  test('with thinking and calls of tools the API accepts every request', async () => {
    const scripts = [[thinking('Hm'), toolUse('weather', {})], [thinking('So'), text('rain')], [text('done')]];
    rig.api.chooseAnswer((request) => rig.cache.answer(request, ...(scripts.shift() ?? [text('OK')])));
    const cli = await rig.start({ account });
    await cli.replay(exchange(1));

    await cli.ask('The weather?');
    await cli.ask('And now?');

    expect(rig.cache.uses.map(({ breakpoints, refusal }) => [breakpoints, refusal])).toEqual([
      [4, undefined],
      [4, undefined],
      [4, undefined],
    ]);
  });

  test.each([
    ['text ahead of an image', [...words('What is this?'), IMAGE], 'What is this?*|image'],
    ['text ahead of a document', [...words('What is this?'), PDF], 'What is this?*|document'],
    ['text behind an image', [IMAGE, ...words('What is this?')], 'image|What is this?*'],
    [
      'the result of a tool',
      [{ type: 'tool_result', tool_use_id: 'toolu_1', content: words('rain'), is_error: false }],
      'tool_result*',
    ],
  ] satisfies [string, ApiBlock[], string][])('of the question’s blocks, %s has it', async (_, content, mark) => {
    rig.api.chooseAnswer((request) => rig.cache.answer(request));
    const cli = await rig.start({ account });
    const call: ApiMessage = {
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }],
    };
    const calls = content[0]?.type === 'tool_result';
    await cli.replay(calls ? [...exchange(1).slice(0, 1), call] : exchange(1));

    await cli.ask(content);

    expect(marks().at(-1)).toBe(mark);
    expect(rig.cache.uses.at(-1)?.breakpoints).toBe(4);
  });

  test('a CLI that is not isolated has no more than four, too', async () => {
    rig.api.chooseAnswer((request) => rig.cache.answer(request));
    const cli = await rig.start({ account, isolated: false });
    await cli.replay(exchange(1));

    await cli.ask('question 2');
    await cli.ask('question 3');

    expect(rig.cache.uses.map(({ breakpoints, refusal }) => [breakpoints, refusal])).toEqual([
      [4, undefined],
      [4, undefined],
    ]);
  });
});

describe('a request with it that the API refuses', () => {
  test('because of it turns it off, and another process may be asked', async () => {
    const { process, warnings, breakpoints, ...cli } = await rig.start();
    await cli.replay(exchange(1));
    rig.api.setDefaultAnswer(
      httpError(400, 'invalid_request_error', 'messages.3.content.0.cache_control: not allowed'),
    );

    await cli.ask('question 2');

    expect(process.breakpointRefused).toBe(true);
    expect(breakpoints.current).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('prompt cache')]);
  });

  test('for another reason leaves it on', async () => {
    const { process, warnings, breakpoints, ...cli } = await rig.start();
    await cli.replay(exchange(1));
    rig.api.setDefaultAnswer(httpError(400, 'invalid_request_error', 'messages.3: an image is too large'));

    await cli.ask('question 2');

    expect([process.breakpointRefused, breakpoints.current, warnings]).toEqual([false, { type: 'ephemeral' }, []]);
  });
});
