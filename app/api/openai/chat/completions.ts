/** `POST /v1/completions`: completes one or several prompts. Stored as a conversation only where the client names one. */
import { z } from 'zod';
import { invalidParam } from '../../../chat/errors';
import type { ChatRequest } from '../../../chat/request';
import type { ChatReply, ClientContext, DialectServices, RequestSettings, Route } from '../../dialect';
import { EXAMPLE_ANSWER, EXAMPLE_MODEL, EXAMPLE_QUESTION } from '../../docs/example';
import { boundedArray, MOST } from '../../input/boundedArray';
import { conversationName, conversationNameFields } from '../../input/conversationName';
import { documentAs } from '../../input/documentAs';
import { refuseTooMuchText } from '../../input/history';
import { validate } from '../../input/validate';
import { unsupportedFields, unsupportedParameters } from '../unsupportedParameters';
import { choicesField, DEFAULT_MODEL, furtherChoices, streamFields } from './chatCompletions';
import { parseMaxTokens, parseSampling, parseStop, samplingFields, stopField, tokenLimit } from './limitsAndSampling';
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
    handle: async (request) => textCompletionReply(await validate(textCompletionBody, request.body), request, services),
  };
}

/** @throws ChatError `invalid_request` for a `suffix`, since the model cannot insert text, and for too many prompts. */
export function textCompletionReply(
  body: TextCompletionBody,
  { client, owner, header }: ClientContext,
  settings: Pick<RequestSettings, 'sendsSampling'>,
): ChatReply {
  if (body.suffix) throw invalidParam('suffix', 'inserting is not supported');
  const model = body.model || DEFAULT_MODEL;
  const prompts = [body.prompt].flat();
  const choices = body.n ?? 1;
  if (prompts.length * choices > MAX_PROMPTS) {
    throw invalidParam('prompt', `at most ${MAX_PROMPTS} texts are completed at once`);
  }
  refuseTooMuchText(prompts);
  const name = conversationName(body, header);
  const stop = parseStop(body.stop);
  const sampling = parseSampling(body, settings.sendsSampling());
  const [request, ...others] = prompts.map(
    (prompt): ChatRequest => ({
      model,
      system: '',
      messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
      client,
      owner,
      thinking: false,
      name,
      // Several prompts are not turns of one conversation.
      ephemeral: prompts.length > 1 || name?.kind !== 'id',
      ...stop.parsed,
      ...sampling.parsed,
      ...parseMaxTokens(body.max_tokens),
    }),
  );
  if (!request) throw invalidParam('prompt', 'must hold at least one text');
  const furtherRequests = [request, ...others].flatMap((one, index) => [
    ...(index === 0 ? [] : [one]),
    ...furtherChoices(one, choices),
  ]);
  const form = { includeUsage: body.stream_options?.include_usage === true, choices: 1 + furtherRequests.length };
  const echoes = prompts.flatMap((prompt) => Array.from({ length: choices }, () => (body.echo ? prompt : '')));
  return {
    type: 'chat',
    request,
    furtherRequests,
    stream: body.stream ?? false,
    ignored: [...stop.ignored, ...sampling.ignored, ...unsupportedParameters(body)],
    wire: textCompletionWire(model, form, echoes),
  };
}

/** Each prompt occupies a process or waits for one. LangChain sends up to 20 at once. */
const MAX_PROMPTS = 20;

const NOT_EMPTY = { error: 'must not be empty' };

export const textCompletionBody = z.object({
  ...conversationNameFields,
  ...unsupportedFields,
  ...samplingFields,
  ...streamFields,
  model: z.string().nullish(),
  prompt: z.union(
    [
      z.string().regex(/\S/, NOT_EMPTY),
      boundedArray(z.string().regex(/\S/, NOT_EMPTY), MOST.texts, { notEmpty: NOT_EMPTY.error }),
    ],
    'must be a text or a list of texts',
  ),
  suffix: documentAs(z.string(), z.literal('')).nullish(),
  echo: z.boolean().nullish(),
  n: choicesField,
  stop: stopField,
  max_tokens: tokenLimit,
});

export type TextCompletionBody = z.output<typeof textCompletionBody>;
