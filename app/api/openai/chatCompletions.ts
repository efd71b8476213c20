/** `POST /v1/chat/completions`. */
import { z } from 'zod';
import { ChatError } from '../../chat/errors';
import type { ChatReply, DialectServices, Route } from '../dialect';
import { history } from '../history';
import { validate } from '../validate';
import { ignored, parameters, reasoningEffort } from './fields';
import { message, turnsOf } from './messages';
import { completionWire } from './wire';

export function chatCompletionsRoute(_services: DialectServices): Route {
  return {
    method: 'post',
    path: '/chat/completions',
    streamDefault: false,
    handle: ({ body, client }) => completionReply(validate(completionBody, body), client),
  };
}

/** Some clients leave the model to the server. */
const DEFAULT_MODEL = 'default';

/** @throws ChatError `invalid_request` where the messages leave nothing to answer. */
export function completionReply(asked: CompletionBody, client: string): ChatReply {
  if ((asked.n ?? 1) > 1) throw new ChatError('invalid_request', 'n: only one answer can be given', { param: 'n' });
  const model = asked.model || DEFAULT_MODEL;
  // OpenAI's clients do not expect to see thinking, so they have to name an effort.
  const thinking = reasoningEffort(asked) !== null;
  return {
    type: 'chat',
    request: { model, ...history(turnsOf(asked.messages)), client, thinking },
    stream: asked.stream ?? false,
    ignored: ignored(asked),
    wire: completionWire(model, asked.stream_options?.include_usage === true),
  };
}

export const completionBody = z.object({
  ...parameters,
  model: z.string().nullish(),
  messages: z
    .array(message, { error: (issue) => (issue.input === undefined ? 'is required' : undefined) })
    .min(1, 'must hold at least one message'),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.number().nullish(),
});

export type CompletionBody = z.output<typeof completionBody>;
