/**
 * `POST /v1/messages/count_tokens`. Clients call it before each message to see whether the conversation fits the model's context. The
 * CLI cannot count tokens, so the answer is an estimate, which a header marks as such. What `/messages` refuses is refused here already.
 */
import { z } from 'zod';
import { createPause } from '../../shared/largeTexts/slices';
import type { DialectServices, Route } from '../dialect';
import { EXAMPLE_MESSAGE, EXAMPLE_MODEL } from '../docs/example';
import { validate } from '../input/validate';
import { newRequestId, requestIdHeader } from './errorObject';
import { conversationFields, readConversation } from './messages';
import { parameterFields } from './parameters';

export function countTokensRoute(services: DialectServices): Route {
  return {
    method: 'post',
    path: '/messages/count_tokens',
    docs: {
      summary: 'Estimates the tokens of a request',
      description: 'No model is asked: the answer is an estimate, which the header `x-claudacity-estimate` marks.',
      body: countTokensBody,
      example: { model: EXAMPLE_MODEL, messages: [EXAMPLE_MESSAGE] },
      answer: { input_tokens: 12 },
    },
    handle: async (request) => {
      const body = await validate(countTokensBody, request.body);
      const { parameters } = await readConversation(body, services);
      await request.models.resolve(body.model);
      const offered = new Set(parameters.tools?.map(({ name }) => name));
      const tools = body.tools?.filter(({ name }) => offered.has(name ?? ''));
      return {
        type: 'json',
        body: { input_tokens: await estimateTokens({ ...body, tools }) },
        headers: { ...requestIdHeader(newRequestId()), 'x-claudacity-estimate': 'true' },
      };
    },
  };
}

export const countTokensBody = z.object({ ...conversationFields, ...parameterFields });

/** UTF-8 bytes. About right for English text; for most other text it overestimates the tokens, which is the safe side. */
const BYTES_PER_TOKEN = 3.5;
/** The tokens of an image of usual size, and of a document's page. Documents count as one page. */
const IMAGE_TOKENS = 1_500;
const TOKENS_PER_MESSAGE = 4;
/** The API adds instructions to the prompt of a request with tools. */
const TOKENS_FOR_TOOLS = 300;

/** Measures in slices, since it is asked often and for long conversations. */
export async function estimateTokens({ system, messages, tools }: z.output<typeof countTokensBody>): Promise<number> {
  const { bytes, images } = await measure([system, messages.map(({ content }) => content), tools]);
  return (
    Math.ceil(bytes / BYTES_PER_TOKEN) +
    images * IMAGE_TOKENS +
    messages.length * TOKENS_PER_MESSAGE +
    (tools && tools.length > 0 ? TOKENS_FOR_TOOLS : 0)
  );
}

/** Whether the block is a document that was sent as a file rather than as text. */
function isFileDocument(block: object): boolean {
  if (!('type' in block && block.type === 'document' && 'source' in block)) return false;
  const { source } = block;
  return typeof source === 'object' && source !== null && 'type' in source && source.type === 'base64';
}

/** Iterates rather than recurses: the client's JSON schemas may nest to any depth. */
async function measure(value: unknown): Promise<{ bytes: number; images: number }> {
  let bytes = 0;
  let images = 0;
  const pause = createPause();
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const waits = pause();
    if (waits !== undefined) await waits;
    const next = pending.pop();
    if (typeof next === 'string') bytes += Buffer.byteLength(next);
    else if (typeof next === 'number' || typeof next === 'boolean') bytes += String(next).length;
    else if (typeof next === 'object' && next !== null) {
      if ('type' in next && (next.type === 'image' || isFileDocument(next))) {
        images += 1;
        continue;
      }
      for (const [name, inner] of Object.entries(next)) {
        if (!Array.isArray(next)) bytes += Buffer.byteLength(name);
        pending.push(inner);
      }
    }
  }
  return { bytes, images };
}
