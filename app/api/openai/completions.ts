/** `POST /v1/completions`: a text in, a text out, and nothing remembered of it unless the client gives it a name. */
import { z } from 'zod';
import { ChatError } from '../../chat/errors';
import type { ChatRequest } from '../../chat/request';
import { conversationName, nameFields, userField } from '../conversationName';
import type { ChatReply, DialectServices, Route } from '../dialect';
import { validate } from '../validate';
import {
  type AnswerServices,
  type Asker,
  choicesField,
  DEFAULT_MODEL,
  furtherChoices,
  streamFields,
} from './chatCompletions';
import { unhonoured, unhonouredFields } from './fields';
import { maxTokens, samplingFields, samplingOf, stopField, stopSequences, tokenLimit } from './limits';
import { textCompletionWire } from './wire';

export function completionsRoute(services: DialectServices): Route {
  return {
    method: 'post',
    path: '/completions',
    streamDefault: false,
    handle: (call) => textCompletionReply(validate(textCompletionBody, call.body), call, services),
  };
}

/** @throws ChatError `invalid_request` for a text to be put in before another, which the model cannot. */
export function textCompletionReply(
  asked: TextCompletionBody,
  { client, owner, header }: Asker,
  services: Pick<AnswerServices, 'sendsSampling'>,
): ChatReply {
  if (asked.suffix) throw new ChatError('invalid_request', 'suffix: inserting is not supported', { param: 'suffix' });
  const model = asked.model || DEFAULT_MODEL;
  const name = conversationName(asked, header);
  const stop = stopSequences(asked.stop);
  const sampling = samplingOf(asked, services.sendsSampling());
  const prompt = [asked.prompt].flat().join('');
  const request: ChatRequest = {
    model,
    system: '',
    messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
    client,
    owner,
    thinking: false,
    name,
    user: asked.user || undefined,
    ephemeral: name?.kind !== 'id' && !asked.user,
    ...stop.part,
    ...sampling.part,
    ...maxTokens(asked.max_tokens),
  };
  const choices = asked.n ?? 1;
  const form = { includeUsage: asked.stream_options?.include_usage === true, choices };
  return {
    type: 'chat',
    request,
    also: furtherChoices(request, choices),
    stream: asked.stream ?? false,
    ignored: [...stop.ignored, ...sampling.ignored, ...unhonoured(asked)],
    wire: textCompletionWire(model, form, asked.echo ? prompt : ''),
  };
}

const WRONG_PROMPT = 'must be a text, or a list of one';

export const textCompletionBody = z.object({
  ...nameFields,
  ...userField,
  ...unhonouredFields,
  ...samplingFields,
  ...streamFields,
  model: z.string().nullish(),
  prompt: z
    .union([z.string(), z.tuple([z.string()])], WRONG_PROMPT)
    .refine((prompt) => [prompt].flat().join('') !== '', {
      error: 'must not be empty',
    }),
  suffix: z.string().nullish(),
  echo: z.boolean().nullish(),
  n: choicesField,
  stop: stopField,
  max_tokens: tokenLimit,
});

export type TextCompletionBody = z.output<typeof textCompletionBody>;
