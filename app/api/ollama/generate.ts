/** `POST /api/generate`: one prompt, after those that its `context` holds, and its empty form, with which Open WebUI unloads a model. */
import { z } from 'zod';
import { ChatError } from '../../chat/errors';
import type { Model } from '../../chat/service';
import type { ChatReply, DialectServices, Route } from '../dialect';
import { EXAMPLE_ANSWER, EXAMPLE_MODEL, EXAMPLE_QUESTION } from '../docs/example';
import { buildHistory } from '../input/history';
import { imageReader } from '../input/image';
import { validate } from '../input/validate';
import { contextOf, readContext } from './context';
import { type Allowances, type Asker, ignored, questionFields, requestOf } from './fields';
import { keepLoaded } from './loadModel';
import { EXAMPLE_COUNTS, extras, ollamaWire } from './wire';

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
    handle: async (call) => {
      const { body } = call;
      const asked = validate(generateBody, body);
      const model = await services.chat.resolve(asked.model);
      if (isEmpty(asked.prompt)) return keepLoaded(asked.model, model, asked.keep_alive, { response: '' }, services);
      return generateReply(asked, call, model, services);
    },
  };
}

/** @throws ChatError `invalid_request` for what the model cannot do. */
export async function generateReply(
  asked: GenerateBody,
  call: Asker,
  model: Model,
  allowances: Allowances,
): Promise<ChatReply> {
  const sentContext = asked.context ?? [];
  if (!isEmpty(asked.suffix)) throw refused(`"${asked.model}" does not support insert`, 'suffix');
  if (asked.raw && (!isEmpty(asked.template) || !isEmpty(asked.system) || sentContext.length > 0)) {
    throw refused('raw mode does not support template, system, or context', 'raw');
  }
  const read = imageReader(allowances);
  const images = await Promise.all((asked.images ?? []).map((image, at) => read(image, `images[${at}]`)));
  const question = { role: 'user', content: [...images, { type: 'text', text: asked.prompt ?? '' }] } as const;
  const before = readContext(sentContext);
  const system = isEmpty(asked.system) ? (before?.system ?? '') : (asked.system ?? '');
  const history = buildHistory([{ role: 'system', text: system }, ...(before?.turns ?? []), question]);
  return {
    type: 'chat',
    request: requestOf(asked, history, call, model, allowances),
    stream: asked.stream ?? true,
    ignored: [
      ...ignored(asked, allowances),
      ...(isEmpty(asked.template) ? [] : ['template']),
      ...(sentContext.length > 0 && before === null ? ['context'] : []),
    ],
    wire: ollamaWire(asked.model, {
      write: (said) => ({ response: said.text, ...extras(said) }),
      last: (answer) => ({ context: contextOf(history, answer) }),
    }),
  };
}

export const generateBody = z.object({
  ...questionFields,
  prompt: z.string().nullish(),
  suffix: z.string().nullish(),
  template: z.string().nullish(),
  context: z.array(z.number()).nullish(),
  raw: z.boolean().nullish(),
  images: z.array(z.string()).nullish(),
});

export type GenerateBody = z.output<typeof generateBody>;

function isEmpty(text: string | null | undefined): boolean {
  return text === null || text === undefined || text === '';
}

function refused(message: string, param: string): ChatError {
  return new ChatError('invalid_request', message, { param });
}
