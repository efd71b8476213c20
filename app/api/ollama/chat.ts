/** `POST /api/chat`, its empty form included, with which clients load and unload a model. */
import { z } from 'zod';
import type { Model } from '../../chat/service';
import type { ChatReply, DialectServices, Route } from '../dialect';
import { EXAMPLE_ANSWER, EXAMPLE_MESSAGE, EXAMPLE_MODEL } from '../docs/example';
import { buildHistory, type HistoryTurn } from '../input/history';
import { imageReader, type ReadImage } from '../input/image';
import { toolArguments } from '../input/toolArguments';
import { validate } from '../input/validate';
import { isToolSelectionTask } from '../openWebui/taskDetection';
import { toolSelectionWire } from '../openWebui/toolSelection';
import { type Allowances, type Asker, ignored, questionFields, requestOf, schemaOf } from './fields';
import { keepLoaded } from './loadModel';
import { EXAMPLE_COUNTS, extras, ollamaWire } from './wire';

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
    handle: async (call) => {
      const { body } = call;
      const asked = validate(chatBody, body);
      const model = await services.chat.resolve(asked.model);
      if (isEmpty(asked.messages)) {
        return keepLoaded(
          asked.model,
          model,
          asked.keep_alive,
          { message: { role: 'assistant', content: '' } },
          services,
        );
      }
      return chatReply(asked, call, model, services);
    },
  };
}

/** @throws ChatError `invalid_request` where the messages leave nothing to answer, or ask for what cannot be done. */
export async function chatReply(
  asked: ChatBody,
  call: Asker,
  model: Model,
  allowances: Allowances,
): Promise<ChatReply> {
  const read = imageReader(allowances);
  const turns = await Promise.all((asked.messages ?? []).map((message, index) => turnOf(message, index, read)));
  // Open WebUI puts the system prompt there for some of its calls.
  if (!turns.some((turn) => turn.role === 'system')) turns.unshift({ role: 'system', text: asked.system ?? '' });
  const history = buildHistory(turns, { answerForm: { schema: schemaOf(asked.format) } });
  const request = requestOf(asked, history, call, model, allowances);
  const stream = asked.stream ?? true;
  const selects = isToolSelectionTask({ ...history, stream, hasTools: request.tools !== undefined }, call.header);
  const wire = ollamaWire(asked.model, {
    write: (said) => ({ message: { role: 'assistant', content: said.text, ...extras(said) } }),
  });
  return {
    type: 'chat',
    request,
    stream,
    ignored: ignored(asked, allowances),
    wire: selects ? toolSelectionWire(wire) : wire,
  };
}

const message = z.object({
  role: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['system', 'developer', 'user', 'assistant', 'tool'])),
  content: z.string().nullish(),
  images: z.array(z.string()).nullish(),
  tool_calls: z
    .array(
      z.object({
        id: z.string().nullish(),
        function: z.object({ name: z.string(), arguments: z.unknown().optional() }),
      }),
    )
    .nullish(),
  tool_name: z.string().nullish(),
  tool_call_id: z.string().nullish(),
});

export const chatBody = z.object({ ...questionFields, messages: z.array(message).nullish() });

export type ChatBody = z.output<typeof chatBody>;

function isEmpty(messages: readonly unknown[] | null | undefined): boolean {
  return messages === null || messages === undefined || messages.length === 0;
}

async function turnOf(
  message: NonNullable<ChatBody['messages']>[number],
  index: number,
  read: ReadImage,
): Promise<HistoryTurn> {
  const text = message.content ?? '';
  if (message.role === 'system' || message.role === 'developer') return { role: 'system', text };
  if (message.role === 'assistant') {
    const calls = (message.tool_calls ?? []).map(({ id, function: called }) => ({
      id: id ?? null,
      name: called.name,
      input: toolArguments(called.arguments),
    }));
    return { role: 'assistant', text, calls };
  }
  const images = await Promise.all(
    (message.images ?? []).map((image, at) => read(image, `messages[${index}].images[${at}]`)),
  );
  const content = [...images, { type: 'text', text } as const];
  if (message.role === 'user') return { role: 'user', content };
  return { role: 'tool', id: message.tool_call_id ?? null, name: message.tool_name ?? null, content };
}
