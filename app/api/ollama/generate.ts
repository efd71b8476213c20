/**
 * `POST /api/generate`: a prompt, which continues the conversation in its `context`. A request without a prompt loads or unloads the
 * model; Open WebUI unloads models this way.
 */
import { z } from 'zod';
import { ChatError } from '../../chat/errors';
import type { Model } from '../../chat/service';
import type { ChatReply, ClientContext, DialectServices, RequestSettings, Route } from '../dialect';
import { EXAMPLE_ANSWER, EXAMPLE_MODEL, EXAMPLE_QUESTION } from '../docs/example';
import { boundedArray, MOST } from '../input/boundedArray';
import { documentAs } from '../input/documentAs';
import { buildHistory } from '../input/history';
import { imageReader } from '../input/image';
import { validate } from '../input/validate';
import { packContext, unpackContext } from './context';
import { buildChatRequest, ignoredParameters, requestFields } from './fields';
import { loadModel } from './loadModel';
import { namesOf } from './tools';
import { EXAMPLE_COUNTS, ollamaWire, thinkingAndCalls } from './wire';

export function generateRoute(services: DialectServices): Route {
  return {
    method: 'post',
    path: '/api/generate',
    docs: {
      summary: 'Answers a prompt',
      description: 'Streams unless `stream` is false.',
      body: generateBody,
      example: { model: EXAMPLE_MODEL, prompt: EXAMPLE_QUESTION, stream: false },
      answer: {
        model: EXAMPLE_MODEL,
        response: EXAMPLE_ANSWER,
        done: true,
        done_reason: 'stop',
        ...EXAMPLE_COUNTS,
      },
      streams: 'application/x-ndjson',
    },
    streamDefault: true,
    handle: async (request) => {
      const body = await validate(generateBody, request.body);
      const model = await request.models.resolve(body.model);
      if (isEmpty(body.prompt)) return loadModel(body, model, { response: '' }, services, request.owner);
      return generateReply(body, request, model, services);
    },
  };
}

/** @throws ChatError `invalid_request` for a parameter that the model or the API does not support. */
export async function generateReply(
  body: GenerateBody,
  client: ClientContext,
  model: Model,
  settings: RequestSettings,
): Promise<ChatReply> {
  const sentContext = body.context ?? [];
  if (!isEmpty(body.suffix)) throw refused(`"${body.model}" does not support insert`, 'suffix');
  if (body.raw && (!isEmpty(body.template) || !isEmpty(body.system) || sentContext.length > 0)) {
    throw refused('raw mode does not support template, system, or context', 'raw');
  }
  const read = imageReader(settings);
  const images = await Promise.all((body.images ?? []).map((image, at) => read(image, `images[${at}]`)));
  const question = { role: 'user', content: [...images, { type: 'text', text: body.prompt ?? '' }] } as const;
  const earlier = await unpackContext(sentContext);
  const system = isEmpty(body.system) ? (earlier?.system ?? '') : (body.system ?? '');
  const history = buildHistory([{ role: 'system', text: system }, ...(earlier?.turns ?? []), question], {
    field: 'prompt',
  });
  const names = namesOf(body.tools);
  return {
    type: 'chat',
    request: buildChatRequest(body, history, client, model, settings),
    stream: body.stream ?? true,
    ignored: [
      ...ignoredParameters(body, settings),
      ...(isEmpty(body.template) ? [] : ['template']),
      ...(sentContext.length > 0 && earlier === null ? ['context'] : []),
    ],
    wire: ollamaWire(body.model, {
      fields: (part) => ({ response: part.text, ...thinkingAndCalls(part, names) }),
      lastFields: (answer) => ({ context: packContext(history, answer) }),
    }),
  };
}

export const generateBody = z.object({
  ...requestFields,
  // Without a prompt the model is loaded; `buildHistory` refuses a blank one.
  prompt: documentAs(z.string(), z.string().regex(/^$|\S/)).nullish(),
  suffix: documentAs(z.string(), z.literal('')).nullish(),
  template: z.string().nullish(),
  context: boundedArray(z.number(), MOST.numbers).nullish(),
  raw: z.boolean().nullish(),
  images: boundedArray(z.string(), MOST.texts).nullish(),
});

export type GenerateBody = z.output<typeof generateBody>;

function isEmpty(text: string | null | undefined): boolean {
  return text === null || text === undefined || text === '';
}

function refused(message: string, param: string): ChatError {
  return new ChatError('invalid_request', message, { param });
}
