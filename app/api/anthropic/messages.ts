/** `POST /v1/messages`. */
import { z } from 'zod';
import type { ApiRequest, ChatReply, DialectServices, Route } from '../dialect';
import { EXAMPLE_ANSWER, EXAMPLE_MESSAGE, EXAMPLE_MODEL } from '../docs/example';
import { conversationName, conversationNameFields } from '../input/conversationName';
import { buildHistory } from '../input/history';
import { imageReader } from '../input/image';
import { validate } from '../input/validate';
import { isTask } from '../openWebui/taskDetection';
import { message, systemField, turnsOf } from './content';
import { newRequestId, requestIdHeader } from './errorObject';
import { askedFor, ignored, parameters } from './parameters';
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
    handle: (call) => messageReply(validate(messageBody, call.body), call, services),
  };
}

/** @throws ChatError `invalid_request` where the messages leave nothing to answer, or a parameter cannot be honoured. */
export async function messageReply(
  asked: MessageBody,
  { client, owner, header }: Pick<ApiRequest, 'client' | 'owner' | 'header'>,
  services: Pick<DialectServices, 'sendsSampling' | 'fetchesImages'>,
): Promise<ChatReply> {
  const sendsSampling = services.sendsSampling();
  const wanted = askedFor(asked, sendsSampling);
  const history = buildHistory(await turnsOf(asked, imageReader(services)), { answerForm: wanted });
  const stream = asked.stream ?? false;
  const requestId = newRequestId();
  return {
    type: 'chat',
    request: {
      model: asked.model,
      ...history,
      ...wanted,
      maxTokens: asked.max_tokens,
      client,
      owner,
      // Not `metadata.user_id`: that names a person, or a whole session of a program.
      name: conversationName(asked, header),
      ephemeral: isTask({ ...history, stream, hasTools: (asked.tools ?? []).length > 0 }, header),
    },
    stream,
    ignored: ignored(asked, sendsSampling),
    headers: requestIdHeader(requestId),
    wire: messageWire(asked.model, requestId),
  };
}

function required(issue: { readonly input?: unknown }): string | undefined {
  return issue.input === undefined ? 'is required' : undefined;
}

/** What a body that is to be answered and one that is only to be counted have in common. */
export const conversationFields = {
  model: z.string({ error: required }).min(1, 'is required'),
  system: systemField,
  messages: z.array(message, { error: required }).min(1, 'must hold at least one message'),
};

export const messageBody = z.object({
  ...conversationNameFields,
  ...conversationFields,
  ...parameters,
  max_tokens: z.number({ error: required }).int('must be a whole number').min(1, 'must be greater than 0'),
  metadata: z.object({ user_id: z.string().nullish() }).nullish(),
  stream: z.boolean().nullish(),
  /** Anthropic's tool runner asks for one, and goes on without when it is told that there is none. */
  thread: z.null('is not supported: send the whole history').optional(),
});

export type MessageBody = z.output<typeof messageBody>;
