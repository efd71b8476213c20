/** `/api/embed` and its predecessor `/api/embeddings`. No Claude model makes embeddings, so both refuse any text. */
import { z } from 'zod';
import { ChatError } from '../../chat/errors';
import type { Route } from '../dialect';
import { boundedArray, MOST } from '../input/boundedArray';
import { validate } from '../input/validate';
import { modelBody } from './fields';

export function embeddingRoutes(): readonly Route[] {
  return [
    {
      method: 'post',
      path: '/api/embed',
      docs: { summary: 'Refused: Claude models make no embeddings', refused: 400, answer: { embeddings: [] } },
      handle: async ({ body, models }) => {
        const { model: name, input } = await validate(embedBody, body);
        await models.resolve(name);
        if ((input ?? []).length > 0) throw unsupported(name);
        // ollama-ai-provider-v2 rejects an answer without the counts.
        const counts = { total_duration: 1, load_duration: 1, prompt_eval_count: 1 };
        return { type: 'json', body: { model: name, embeddings: [], ...counts } };
      },
    },
    {
      method: 'post',
      path: '/api/embeddings',
      docs: { summary: 'Refused: Claude models make no embeddings', refused: 400, answer: { embedding: [] } },
      handle: async ({ body, models }) => {
        const { model: name, prompt } = await validate(embeddingsBody, body);
        await models.resolve(name);
        if ((prompt ?? '') !== '') throw unsupported(name);
        return { type: 'json', body: { embedding: [] } };
      },
    },
  ];
}

const embedBody = modelBody({ input: z.union([z.string(), boundedArray(z.string(), MOST.messages)]).nullish() });

const embeddingsBody = modelBody({ prompt: z.string().nullish() });

/** 400 rather than 501, which clients would retry. */
function unsupported(name: string): ChatError {
  return new ChatError('invalid_request', `"${name}" does not support embeddings`, { param: 'model' });
}
