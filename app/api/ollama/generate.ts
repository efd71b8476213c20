/** `POST /api/generate`: one prompt without a history, and its empty form, with which Open WebUI unloads a model. */
import { z } from 'zod';
import { ChatError } from '../../chat/errors';
import type { ChatReply, DialectServices, Route } from '../dialect';
import { history } from '../history';
import { imageBlock } from '../image';
import { validate } from '../validate';
import { type Asker, ignored, questionFields, requestOf } from './fields';
import { keepLoaded } from './keepLoaded';
import { wantsThinking } from './thinking';
import { ollamaWire } from './wire';

export function generateRoute(services: DialectServices): Route {
  return {
    method: 'post',
    path: '/api/generate',
    streamDefault: true,
    handle: async (call) => {
      const { body } = call;
      const asked = validate(generateBody, body);
      const model = await services.chat.resolve(asked.model);
      if (isEmpty(asked.prompt)) return keepLoaded(asked.model, model, asked.keep_alive, { response: '' }, services);
      return generateReply(asked, call, wantsThinking(asked.think, asked.model, model));
    },
  };
}

/** @throws ChatError `invalid_request` for what the model cannot do. */
export function generateReply(asked: GenerateBody, call: Asker, thinking: boolean): ChatReply {
  if (!isEmpty(asked.suffix)) throw refused(`"${asked.model}" does not support insert`, 'suffix');
  if (asked.raw && (!isEmpty(asked.template) || !isEmpty(asked.system) || (asked.context ?? []).length > 0)) {
    throw refused('raw mode does not support template, system, or context', 'raw');
  }
  const images = (asked.images ?? []).map((image, at) => imageBlock(image, `images[${at}]`));
  const question = { role: 'user', content: [...images, { type: 'text', text: asked.prompt ?? '' }] } as const;
  const told = history([{ role: 'system', text: asked.system ?? '' }, question]);
  return {
    type: 'chat',
    request: requestOf(asked, told, call, thinking),
    stream: asked.stream ?? true,
    ignored: [...ignored(asked), ...(isEmpty(asked.template) ? [] : ['template']), ...contextSent(asked.context)],
    wire: ollamaWire(asked.model, {
      text: (text) => ({ response: text }),
      thinking: (thought) => ({ response: '', thinking: thought }),
      whole: (text, thought) => ({ response: text, ...(thought !== '' && { thinking: thought }) }),
      last: { context: CONTEXT },
    }),
  };
}

/** Opaque to clients; ollama-ai-provider-v2 insists on there being one. */
const CONTEXT: readonly number[] = [1];

/** Clients that send back what they were given have lost nothing. */
function contextSent(context: readonly number[] | null | undefined): string[] {
  return (context ?? []).length > CONTEXT.length ? ['context'] : [];
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
