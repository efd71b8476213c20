/** `POST /api/chat`. A request without messages loads or unloads the model. */
import { z } from 'zod';
import type { Model } from '../../chat/service';
import type { ChatReply, ClientContext, DialectServices, RequestSettings, Route } from '../dialect';
import { EXAMPLE_ANSWER, EXAMPLE_MESSAGE, EXAMPLE_MODEL } from '../docs/example';
import { boundedArray, MOST } from '../input/boundedArray';
import { documentAs } from '../input/documentAs';
import { buildHistory, type HistoryTurn } from '../input/history';
import { imageReader, type ReadImage } from '../input/image';
import { argumentsReader, type ReadArguments } from '../input/toolArguments';
import { validate } from '../input/validate';
import { isToolSelectionTask } from '../openWebui/taskDetection';
import { toolSelectionWire } from '../openWebui/toolSelection';
import { buildChatRequest, ignoredParameters, parseFormat, requestFields } from './fields';
import { loadModel } from './loadModel';
import type { ToolNames } from './toolNames';
import { namesOf } from './tools';
import { EXAMPLE_COUNTS, ollamaWire, thinkingAndCalls } from './wire';

export function chatRoute(services: DialectServices): Route {
  return {
    method: 'post',
    path: '/api/chat',
    docs: {
      summary: 'Answers a chat',
      description:
        'Streams unless `stream` is false. Without messages it loads the model or, with `keep_alive: 0`, unloads it.',
      body: chatBody,
      example: { model: EXAMPLE_MODEL, messages: [EXAMPLE_MESSAGE], stream: false },
      answer: {
        model: EXAMPLE_MODEL,
        message: { role: 'assistant', content: EXAMPLE_ANSWER },
        done: true,
        done_reason: 'stop',
        ...EXAMPLE_COUNTS,
      },
      streams: 'application/x-ndjson',
    },
    streamDefault: true,
    handle: async (request) => {
      const body = await validate(chatBody, request.body);
      const model = await request.models.resolve(body.model);
      if (isEmpty(body.messages)) {
        return loadModel(body, model, { message: { role: 'assistant', content: '' } }, services, request.owner);
      }
      return chatReply(body, request, model, services);
    },
  };
}

/** @throws ChatError `invalid_request` where the messages leave nothing to answer, or for a parameter that the model does not support. */
export async function chatReply(
  body: ChatBody,
  client: ClientContext,
  model: Model,
  settings: RequestSettings,
): Promise<ChatReply> {
  const readers = { readImage: imageReader(settings), readArguments: argumentsReader(), names: namesOf(body.tools) };
  const turns = await Promise.all((body.messages ?? []).map((message, index) => toTurn(message, index, readers)));
  // Open WebUI sends the system prompt in `system` for some of its requests.
  if (!turns.some((turn) => turn.role === 'system')) turns.unshift({ role: 'system', text: body.system ?? '' });
  const history = buildHistory(turns, { answerForm: { schema: parseFormat(body.format) }, systemMayAsk: true });
  const request = buildChatRequest(body, history, client, model, settings);
  const stream = body.stream ?? true;
  const selects = isToolSelectionTask({ ...history, stream, hasTools: request.tools !== undefined }, client.header);
  const wire = ollamaWire(body.model, {
    fields: (part) => ({
      message: { role: 'assistant', content: part.text, ...thinkingAndCalls(part, readers.names) },
    }),
  });
  return {
    type: 'chat',
    request,
    stream,
    ignored: ignoredParameters(body, settings),
    wire: selects ? toolSelectionWire(wire) : wire,
  };
}

const role = z.enum(['system', 'developer', 'user', 'assistant', 'tool']);

const message = z.object({
  role: documentAs(z.string().toLowerCase().pipe(role), role),
  content: z.string().nullish(),
  images: boundedArray(z.string(), MOST.texts).nullish(),
  tool_calls: boundedArray(
    z.object({
      id: z.string().nullish(),
      type: z.unknown().optional(),
      function: z.object({ name: z.string(), arguments: z.unknown().optional(), index: z.unknown().optional() }),
    }),
    MOST.parts,
  ).nullish(),
  tool_name: z.string().nullish(),
  tool_call_id: z.string().nullish(),
});

export const chatBody = z.object({ ...requestFields, messages: boundedArray(message, MOST.messages).nullish() });

export type ChatBody = z.output<typeof chatBody>;

function isEmpty(messages: readonly unknown[] | null | undefined): boolean {
  return messages === null || messages === undefined || messages.length === 0;
}

interface Readers {
  readonly readImage: ReadImage;
  readonly readArguments: ReadArguments;
  readonly names: ToolNames;
}

async function toTurn(
  message: NonNullable<ChatBody['messages']>[number],
  index: number,
  { readImage, readArguments, names }: Readers,
): Promise<HistoryTurn> {
  const text = message.content ?? '';
  if (message.role === 'system' || message.role === 'developer') return { role: 'system', text };
  if (message.role === 'assistant') {
    const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: input } }) => ({
      id: id ?? null,
      name: names.toModel(name),
      input: readArguments(input),
    }));
    return { role: 'assistant', text, calls };
  }
  const images = await Promise.all(
    (message.images ?? []).map((image, at) => readImage(image, `messages[${index}].images[${at}]`)),
  );
  const content = [...images, { type: 'text', text } as const];
  if (message.role === 'user') return { role: 'user', content };
  return {
    role: 'tool',
    id: message.tool_call_id ?? null,
    name: message.tool_name ? names.toModel(message.tool_name) : null,
    content,
  };
}
