/** `POST /v1/completions`: a text in, a text out, or several, and nothing remembered of it unless the client gives it a name. */
import { z } from 'zod';
import { invalidParam } from '../../../chat/errors';
import type { ChatRequest } from '../../../chat/request';
import type { ChatReply, DialectServices, Route } from '../../dialect';
import { EXAMPLE_ANSWER, EXAMPLE_MODEL, EXAMPLE_QUESTION } from '../../docs/example';
import { conversationName, conversationNameFields } from '../../input/conversationName';
import { validate } from '../../input/validate';
import { unhonoured, unhonouredFields } from '../fields';
import {
  type AnswerServices,
  type Asker,
  choicesField,
  DEFAULT_MODEL,
  furtherChoices,
  streamFields,
} from './chatCompletions';
import { maxTokens, samplingFields, samplingOf, stopField, stopSequences, tokenLimit } from './limits';
import { EXAMPLE_USAGE, textCompletionWire } from './wire';

export function completionsRoute(services: DialectServices): Route {
  return {
    method: 'post',
    path: '/completions',
    docs: {
      summary: 'Answers a prompt',
      body: textCompletionBody,
      example: { model: EXAMPLE_MODEL, prompt: EXAMPLE_QUESTION },
      answer: {
        id: 'cmpl-1',
        object: 'text_completion',
        created: 1_795_000_000,
        model: EXAMPLE_MODEL,
        choices: [{ index: 0, text: EXAMPLE_ANSWER, logprobs: null, finish_reason: 'stop' }],
        usage: EXAMPLE_USAGE,
      },
      streams: 'text/event-stream',
    },
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
  if (asked.suffix) throw invalidParam('suffix', 'inserting is not supported');
  const model = asked.model || DEFAULT_MODEL;
  const prompts = [asked.prompt].flat();
  const choices = asked.n ?? 1;
  if (prompts.length * choices > MOST_TEXTS) {
    throw invalidParam('prompt', `at most ${MOST_TEXTS} texts are completed at once`);
  }
  const name = conversationName(asked, header);
  const stop = stopSequences(asked.stop);
  const sampling = samplingOf(asked, services.sendsSampling());
  const [request, ...others] = prompts.map(
    (prompt): ChatRequest => ({
      model,
      system: '',
      messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
      client,
      owner,
      thinking: false,
      name,
      // Several texts are no turn of any conversation.
      ephemeral: prompts.length > 1 || name?.kind !== 'id',
      ...stop.part,
      ...sampling.part,
      ...maxTokens(asked.max_tokens),
    }),
  );
  if (!request) throw invalidParam('prompt', 'must hold at least one text');
  const also = [request, ...others].flatMap((one, index) => [
    ...(index === 0 ? [] : [one]),
    ...furtherChoices(one, choices),
  ]);
  const form = { includeUsage: asked.stream_options?.include_usage === true, choices: 1 + also.length };
  const echoes = prompts.flatMap((prompt) => Array.from({ length: choices }, () => (asked.echo ? prompt : '')));
  return {
    type: 'chat',
    request,
    also,
    stream: asked.stream ?? false,
    ignored: [...stop.ignored, ...sampling.ignored, ...unhonoured(asked)],
    wire: textCompletionWire(model, form, echoes),
  };
}

/** Each takes a process, or waits for one; LangChain sends so many at once. */
const MOST_TEXTS = 20;

const NOT_EMPTY = { error: 'must not be empty' };

export const textCompletionBody = z.object({
  ...conversationNameFields,
  ...unhonouredFields,
  ...samplingFields,
  ...streamFields,
  model: z.string().nullish(),
  prompt: z.union(
    [z.string().min(1, NOT_EMPTY), z.array(z.string().min(1, NOT_EMPTY)).min(1, NOT_EMPTY)],
    'must be a text or a list of texts',
  ),
  suffix: z.string().nullish(),
  echo: z.boolean().nullish(),
  n: choicesField,
  stop: stopField,
  max_tokens: tokenLimit,
});

export type TextCompletionBody = z.output<typeof textCompletionBody>;
