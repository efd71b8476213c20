/**
 * `POST /v1/messages/count_tokens`. Programs ask this ahead of every question to see whether it fits; the CLI has no
 * way to count, so the answer is an estimate, given at once and marked as one. A model that there is not is told of here already.
 */
import { z } from 'zod';
import type { DialectServices, Route } from '../dialect';
import { EXAMPLE_MESSAGE, EXAMPLE_MODEL } from '../docs/example';
import { validate } from '../input/validate';
import { newRequestId, requestIdHeader } from './errorObject';
import { conversationFields } from './messages';
import { toolsField } from './parameters';

export function countTokensRoute({ chat }: Pick<DialectServices, 'chat'>): Route {
  return {
    method: 'post',
    path: '/messages/count_tokens',
    docs: {
      summary: 'Estimates the tokens of a question',
      description: 'Nobody is asked: the header `x-claudacity-estimate` says so.',
      body: countTokensBody,
      example: { model: EXAMPLE_MODEL, messages: [EXAMPLE_MESSAGE] },
      answer: { input_tokens: 12 },
    },
    handle: async ({ body }) => {
      const asked = validate(countTokensBody, body);
      await chat.resolve(asked.model);
      return {
        type: 'json',
        body: { input_tokens: estimateTokens(asked) },
        headers: { ...requestIdHeader(newRequestId()), 'x-claudacity-estimate': 'true' },
      };
    },
  };
}

export const countTokensBody = z.object({ ...conversationFields, tools: toolsField });

/** Bytes of UTF-8 to a token: about right for English, and a little too many tokens for most else, which errs on the safe side. */
const BYTES_A_TOKEN = 3.5;
/** What a picture of usual size costs, and a page of a document, of which nobody has counted the pages. */
const IMAGE_TOKENS = 1_500;
const TOKENS_A_MESSAGE = 4;
/** What the API puts around tools. */
const TOKENS_FOR_TOOLS = 300;

export function estimateTokens({ system, messages, tools }: z.output<typeof countTokensBody>): number {
  const { bytes, images } = measure([system, messages.map(({ content }) => content), tools]);
  return (
    Math.ceil(bytes / BYTES_A_TOKEN) +
    images * IMAGE_TOKENS +
    messages.length * TOKENS_A_MESSAGE +
    (tools && tools.length > 0 ? TOKENS_FOR_TOOLS : 0)
  );
}

/** A document that is sent as a file, and not as its words. */
function isFile(block: object): boolean {
  const file = z.object({ type: z.literal('document'), source: z.object({ type: z.literal('base64') }) });
  return file.safeParse(block).success;
}

/** Without recursion: a schema may nest as deep as its sender likes. */
function measure(value: unknown): { bytes: number; images: number } {
  let bytes = 0;
  let images = 0;
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next === 'string') bytes += Buffer.byteLength(next);
    else if (typeof next === 'number' || typeof next === 'boolean') bytes += String(next).length;
    else if (typeof next === 'object' && next !== null) {
      if ('type' in next && (next.type === 'image' || isFile(next))) {
        images += 1;
        continue;
      }
      for (const [name, inner] of Object.entries(next)) {
        if (!Array.isArray(next)) bytes += Buffer.byteLength(name);
        rest.push(inner);
      }
    }
  }
  return { bytes, images };
}
