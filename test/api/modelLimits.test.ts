/** The lists of models say how much each model takes and writes, before any of them has answered. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { text } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp } from '../support/testApp';

const Limits = z.object({ context_length: z.number(), max_output_tokens: z.number() });
const Tags = z.object({ models: z.array(Limits.extend({ details: z.looseObject({ context_length: z.number() }) })) });
const Show = Limits.extend({
  model_info: z.looseObject({ 'claude.context_length': z.number(), 'claude.max_output_tokens': z.number() }),
  parameters: z.string(),
});
const Models = z.object({ data: z.array(z.object({ max_input_tokens: z.number(), max_tokens: z.number() })) });

test('context windows are true from the start, longest answers from the first answer on, in all dialects', async () => {
  const app = await startTestApp({ measuresModels: true });
  try {
    const get = async (path: string) => JSON.parse((await send(`${app.url}${path}`)).text);
    const show = async () =>
      Show.parse(JSON.parse((await send(`${app.url}/api/show`, { body: '{"model":"sonnet"}' })).text));
    const longestAnswers = async () => Models.parse(await get('/v1/models')).data.map(({ max_tokens }) => max_tokens);

    const { models } = Tags.parse(await get('/api/tags'));
    expect(models.length).toBeGreaterThan(5);
    for (const { context_length, details } of models) {
      expect([context_length, details.context_length]).toEqual([1_000_000, 1_000_000]);
    }
    expect(await show()).toMatchObject({
      ...{
        context_length: 1_000_000,
        max_output_tokens: 64_000,
        parameters: expect.stringMatching(/^num_ctx +1000000$/),
      },
      model_info: { 'claude.context_length': 1_000_000, 'claude.max_output_tokens': 64_000 },
    });
    const { data } = Models.parse(await get('/v1/models'));
    expect(new Set(data.map(({ max_input_tokens }) => max_input_tokens))).toEqual(new Set([1_000_000]));
    expect(new Set(await longestAnswers())).toEqual(new Set([64_000]));
    expect(app.api.requests).toEqual([]);

    app.api.answer(text('Hi.'));
    const body = JSON.stringify({ model: 'sonnet', messages: [{ role: 'user', content: 'Hi.' }] });
    expect((await send(`${app.url}/v1/chat/completions`, { body })).status).toBe(200);
    expect(await show()).toMatchObject({ max_output_tokens: 128_000 });
    expect(await longestAnswers()).toContain(128_000);
  } finally {
    await app.stop();
  }
});
