/** `POST /v1/chat/completions`: the body's schema, and how a body becomes a `ChatRequest`. */
import { z } from 'zod';
import type { ChatRequest } from '../../../chat/request';
import type { ChatReply, ClientContext, DialectServices, RequestSettings, Route } from '../../dialect';
import { EXAMPLE_ANSWER, EXAMPLE_MESSAGE, EXAMPLE_MODEL } from '../../docs/example';
import { boundedArray, MOST } from '../../input/boundedArray';
import { conversationName, conversationNameFields, userField } from '../../input/conversationName';
import { buildHistory } from '../../input/history';
import { imageReader } from '../../input/image';
import { validate } from '../../input/validate';
import { isToolSelectionTask, taskFields } from '../../openWebui/taskDetection';
import { toolSelectionWire } from '../../openWebui/toolSelection';
import { parseThinking, thinkingFields } from '../thinking';
import { completionToolFields, completionTools } from '../tools';
import { unsupportedFields, unsupportedParameters } from '../unsupportedParameters';
import { parseMaxTokens, parseSampling, parseStop, samplingFields, stopField, tokenLimit } from './limitsAndSampling';
import { type CompletionMessage, message, toTurns } from './messages';
import { parseResponseFormat, responseFormat } from './responseFormat';
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
    handle: async (request) => completionReply(await validate(completionBody, request.body), request, services),
  };
}

/** The model of a request that names none. */
export const DEFAULT_MODEL = 'default';

/** @throws ChatError `invalid_request` where the messages leave nothing to answer, or for a parameter that is not supported. */
export async function completionReply(
  body: CompletionBody,
  { client, owner, header }: ClientContext,
  settings: RequestSettings,
): Promise<ChatReply> {
  const model = body.model || DEFAULT_MODEL;
  const tools = completionTools(body);
  const schema = parseResponseFormat(body.response_format);
  const answerForm = { ...tools.parsed, ...(schema && { schema }) };
  const history = buildHistory(await toTurns(body.messages, imageReader(settings)), { answerForm, systemMayAsk: true });
  const stream = body.stream ?? false;
  const stop = parseStop(body.stop);
  const sampling = parseSampling(body, settings.sendsSampling());
  const question = { ...history, stream, hasTools: tools.parsed.tools !== undefined };
  const request: ChatRequest = {
    model,
    ...history,
    client,
    owner,
    name: conversationName(body, header),
    user: body.user || undefined,
    ...parseThinking(body, settings.sendsReasoning()),
    ...answerForm,
    ...stop.parsed,
    ...sampling.parsed,
    ...parseMaxTokens(body.max_completion_tokens, body.max_tokens),
    ...taskFields(question, header, settings),
  };
  const choices = body.n ?? 1;
  const wire = completionWire(model, { includeUsage: body.stream_options?.include_usage === true, choices });
  return {
    type: 'chat',
    request,
    furtherRequests: furtherChoices(request, choices),
    stream,
    ignored: [
      ...[...tools.ignored, ...stop.ignored, ...sampling.ignored, ...unsupportedParameters(body)],
      ...(body.messages.some(hasIgnoredName) ? ['messages.name'] : []),
    ],
    wire: isToolSelectionTask(question, header) ? toolSelectionWire(wire) : wire,
  };
}

/** The model has no place for the names of people. */
function hasIgnoredName({ role, name }: CompletionMessage): boolean {
  return Boolean(name) && role !== 'tool' && role !== 'function';
}

/** The requests for further choices. They are not stored, since only one answer can continue the conversation. */
export function furtherChoices(request: ChatRequest, choices: number): ChatRequest[] {
  const { name: _, user: __, ...question } = request;
  return Array.from({ length: choices - 1 }, () => ({ ...question, ephemeral: true }));
}

/** Each choice occupies a process. */
const MAX_CHOICES = 8;

export const choicesField = z
  .int()
  .min(1, 'must be at least 1')
  .max(MAX_CHOICES, `must be ${MAX_CHOICES} at most`)
  .nullish();

export const streamFields = {
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
};

export const completionBody = z.object({
  ...conversationNameFields,
  ...userField,
  ...unsupportedFields,
  ...thinkingFields,
  ...completionToolFields,
  ...samplingFields,
  ...streamFields,
  model: z.string().nullish(),
  messages: boundedArray(message, MOST.messages, {
    missing: 'is required',
    notEmpty: 'must hold at least one message',
  }),
  n: choicesField,
  stop: stopField,
  max_tokens: tokenLimit,
  max_completion_tokens: tokenLimit,
  response_format: responseFormat,
});

export type CompletionBody = z.output<typeof completionBody>;
