/** `POST /v1/chat/completions`. */
import { z } from 'zod';
import type { ChatRequest } from '../../../chat/request';
import type { ApiRequest, ChatReply, DialectServices, Route } from '../../dialect';
import { EXAMPLE_ANSWER, EXAMPLE_MESSAGE, EXAMPLE_MODEL } from '../../docs/example';
import { conversationName, conversationNameFields, userField } from '../../input/conversationName';
import { buildHistory } from '../../input/history';
import { imageReader } from '../../input/image';
import { validate } from '../../input/validate';
import { isTask, isToolSelectionTask } from '../../openWebui/taskDetection';
import { toolSelectionWire } from '../../openWebui/toolSelection';
import { unhonoured, unhonouredFields } from '../fields';
import { thinkingFields, thinkingOf } from '../thinking';
import { completionToolFields, completionTools } from '../tools';
import { maxTokens, samplingFields, samplingOf, stopField, stopSequences, tokenLimit } from './limits';
import { message, turnsOf } from './messages';
import { responseFormat, schemaOf } from './responseFormat';
import { completionWire, EXAMPLE_USAGE } from './wire';

export function chatCompletionsRoute(services: DialectServices): Route {
  return {
    method: 'post',
    path: '/chat/completions',
    docs: {
      summary: 'Answers a chat',
      body: completionBody,
      example: { model: EXAMPLE_MODEL, messages: [EXAMPLE_MESSAGE] },
      answer: {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1_795_000_000,
        model: EXAMPLE_MODEL,
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: EXAMPLE_ANSWER },
            logprobs: null,
            finish_reason: 'stop',
          },
        ],
        usage: EXAMPLE_USAGE,
      },
      streams: 'text/event-stream',
    },
    streamDefault: false,
    handle: (call) => completionReply(validate(completionBody, call.body), call, services),
  };
}

/** Some clients leave the model to the server. */
export const DEFAULT_MODEL = 'default';

export type Asker = Pick<ApiRequest, 'client' | 'owner' | 'header'>;
export type AnswerServices = Pick<DialectServices, 'sendsSampling' | 'fetchesImages'>;

/** @throws ChatError `invalid_request` where the messages leave nothing to answer, and for what cannot be honoured. */
export async function completionReply(
  asked: CompletionBody,
  { client, owner, header }: Asker,
  services: AnswerServices,
): Promise<ChatReply> {
  const model = asked.model || DEFAULT_MODEL;
  const tools = completionTools(asked);
  const schema = schemaOf(asked.response_format);
  const wanted = { ...tools.part, ...(schema && { schema }) };
  const history = buildHistory(await turnsOf(asked.messages, imageReader(services)), { answerForm: wanted });
  const stream = asked.stream ?? false;
  const stop = stopSequences(asked.stop);
  const sampling = samplingOf(asked, services.sendsSampling());
  const question = { ...history, stream, hasTools: tools.part.tools !== undefined };
  const request: ChatRequest = {
    model,
    ...history,
    client,
    owner,
    name: conversationName(asked, header),
    user: asked.user || undefined,
    ephemeral: isTask(question, header),
    ...thinkingOf(asked),
    ...wanted,
    ...stop.part,
    ...sampling.part,
    ...maxTokens(asked.max_completion_tokens, asked.max_tokens),
  };
  const choices = asked.n ?? 1;
  const wire = completionWire(model, { includeUsage: asked.stream_options?.include_usage === true, choices });
  return {
    type: 'chat',
    request,
    also: furtherChoices(request, choices),
    stream,
    ignored: [...tools.ignored, ...stop.ignored, ...sampling.ignored, ...unhonoured(asked)],
    wire: isToolSelectionTask(question, header) ? toolSelectionWire(wire) : wire,
  };
}

/** Only one answer can be what the conversation goes on from. */
export function furtherChoices(request: ChatRequest, choices: number): ChatRequest[] {
  const { name: _, user: __, ...question } = request;
  return Array.from({ length: choices - 1 }, () => ({ ...question, ephemeral: true }));
}

/** Each choice takes a process of its own. */
const MOST_CHOICES = 8;

export const choicesField = z
  .int()
  .min(1, 'must be at least 1')
  .max(MOST_CHOICES, `must be ${MOST_CHOICES} at most`)
  .nullish();

export const streamFields = {
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
};

export const completionBody = z.object({
  ...conversationNameFields,
  ...userField,
  ...unhonouredFields,
  ...thinkingFields,
  ...completionToolFields,
  ...samplingFields,
  ...streamFields,
  model: z.string().nullish(),
  messages: z
    .array(message, { error: (issue) => (issue.input === undefined ? 'is required' : undefined) })
    .min(1, 'must hold at least one message'),
  n: choicesField,
  stop: stopField,
  max_tokens: tokenLimit,
  max_completion_tokens: tokenLimit,
  response_format: responseFormat,
});

export type CompletionBody = z.output<typeof completionBody>;
