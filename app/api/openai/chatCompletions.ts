/** `POST /v1/chat/completions`. */
import { z } from 'zod';
import { ChatError } from '../../chat/errors';
import { conversationName, isTask, nameFields, userField } from '../conversationName';
import type { Call, ChatReply, DialectServices, Route } from '../dialect';
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
    handle: (call) => completionReply(validate(completionBody, call.body), call),
  };
}

/** Some clients leave the model to the server. */
const DEFAULT_MODEL = 'default';

/** @throws ChatError `invalid_request` where the messages leave nothing to answer. */
export function completionReply(
  asked: CompletionBody,
  { client, owner, header }: Pick<Call, 'client' | 'owner' | 'header'>,
): ChatReply {
  if ((asked.n ?? 1) > 1) throw new ChatError('invalid_request', 'n: only one answer can be given', { param: 'n' });
  const model = asked.model || DEFAULT_MODEL;
  // OpenAI's clients do not expect to see thinking, so they have to name an effort.
  const thinking = reasoningEffort(asked) !== null;
  const told = history(turnsOf(asked.messages));
  const stream = asked.stream ?? false;
  return {
    type: 'chat',
    request: {
      model,
      ...told,
      client,
      thinking,
      owner,
      name: conversationName(asked, header),
      user: asked.user || undefined,
      ephemeral: isTask({ ...told, stream, hasTools: Array.isArray(asked.tools) && asked.tools.length > 0 }, header),
    },
    stream,
    ignored: ignored(asked),
    wire: completionWire(model, asked.stream_options?.include_usage === true),
  };
}

export const completionBody = z.object({
  ...parameters,
  ...nameFields,
  ...userField,
  model: z.string().nullish(),
  messages: z
    .array(message, { error: (issue) => (issue.input === undefined ? 'is required' : undefined) })
    .min(1, 'must hold at least one message'),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.number().nullish(),
});

export type CompletionBody = z.output<typeof completionBody>;
