/** `POST /v1/messages`: the body's schema, and how a body becomes a `ChatRequest`. */
import { z } from 'zod';
import type { ChatReply, ClientContext, DialectServices, RequestSettings, Route } from '../dialect';
import { EXAMPLE_ANSWER, EXAMPLE_MESSAGE, EXAMPLE_MODEL } from '../docs/example';
import { boundedArray, MOST } from '../input/boundedArray';
import { conversationName, conversationNameFields } from '../input/conversationName';
import { buildHistory } from '../input/history';
import { imageReader } from '../input/image';
import { validate } from '../input/validate';
import { taskFields } from '../openWebui/taskDetection';
import { foundTools, message, systemField, toTurns } from './content';
import { newRequestId, requestIdHeader } from './errorObject';
import { ignoredParameters, parameterFields, parseParameters } from './parameters';
import { messageWire } from './wire';

export function messagesRoute(services: DialectServices): Route {
  return {
    method: 'post',
    path: '/messages',
    docs: {
      summary: 'Answers a chat',
      body: messageBody,
      example: { model: EXAMPLE_MODEL, max_tokens: 1024, messages: [EXAMPLE_MESSAGE] },
      answer: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: EXAMPLE_MODEL,
        content: [{ type: 'text', text: EXAMPLE_ANSWER }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 12, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 9 },
      },
      streams: 'text/event-stream',
    },
    streamDefault: false,
    handle: async (request) => messageReply(await validate(messageBody, request.body), request, services),
  };
}

/** @throws ChatError `invalid_request` where the messages leave nothing to answer, or for a parameter that is not supported. */
export async function messageReply(
  body: MessageBody,
  { client, owner, header }: ClientContext,
  settings: RequestSettings,
): Promise<ChatReply> {
  const { parameters, history } = await readConversation(body, settings);
  const stream = body.stream ?? false;
  const requestId = newRequestId();
  return {
    type: 'chat',
    request: {
      model: body.model,
      ...history,
      ...parameters,
      maxTokens: body.max_tokens,
      client,
      owner,
      name: conversationName(body, header),
      ...taskFields({ ...history, stream, hasTools: (body.tools ?? []).length > 0 }, header, settings),
    },
    stream,
    ignored: [
      ...ignoredParameters(body, settings.sendsSampling()),
      // It identifies a person, or a whole session of a program, so it cannot name a conversation either.
      ...(body.metadata?.user_id ? ['metadata.user_id'] : []),
    ],
    headers: requestIdHeader(requestId),
    wire: messageWire(body.model, requestId),
  };
}

/** Checks and translates what the bodies of both routes hold. @throws ChatError as `messageReply`. */
export async function readConversation(body: Omit<MessageBody, 'max_tokens' | 'thread'>, settings: RequestSettings) {
  const parameters = parseParameters(body, settings.sendsSampling(), foundTools(body.messages));
  const history = buildHistory(await toTurns(body, imageReader(settings)), { answerForm: parameters });
  return { parameters, history };
}

function required(issue: { readonly input?: unknown }): string | undefined {
  return issue.input === undefined ? 'is required' : undefined;
}

/** The fields that the bodies of `/messages` and `/messages/count_tokens` have in common. */
export const conversationFields = {
  model: z.string({ error: required }).min(1, 'is required'),
  system: systemField,
  messages: boundedArray(message, MOST.messages, {
    missing: 'is required',
    notEmpty: 'must hold at least one message',
  }),
};

export const messageBody = z.object({
  ...conversationNameFields,
  ...conversationFields,
  ...parameterFields,
  max_tokens: z.number({ error: required }).int('must be a whole number').min(1, 'must be greater than 0'),
  metadata: z.object({ user_id: z.string().nullish() }).nullish(),
  stream: z.boolean().nullish(),
  /** Anthropic's tool runner requests a thread, and continues without one after this error. */
  thread: z.null('is not supported: send the whole history').optional(),
});

export type MessageBody = z.output<typeof messageBody>;
