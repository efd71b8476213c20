/** `POST /api/chat`, its empty form included, with which clients load and unload a model. */
import { z } from 'zod';
import type { ChatReply, DialectServices, Route } from '../dialect';
import { history, type Turn } from '../history';
import { imageBlock } from '../image';
import { toolArguments } from '../toolArguments';
import { validate } from '../validate';
import { type Asker, ignored, questionFields, requestOf } from './fields';
import { keepLoaded } from './keepLoaded';
import { wantsThinking } from './thinking';
import { ollamaWire } from './wire';

export function chatRoute(services: DialectServices): Route {
  return {
    method: 'post',
    path: '/api/chat',
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
      return chatReply(asked, call, wantsThinking(asked.think, asked.model, model));
    },
  };
}

/** @throws ChatError `invalid_request` where the messages leave nothing to answer. */
export function chatReply(asked: ChatBody, call: Asker, thinking: boolean): ChatReply {
  const turns = (asked.messages ?? []).map(turnOf);
  // Open WebUI puts the system prompt there for some of its calls.
  if (!turns.some((turn) => turn.role === 'system')) turns.unshift({ role: 'system', text: asked.system ?? '' });
  const request = requestOf(asked, history(turns), call, thinking);
  return {
    type: 'chat',
    request,
    stream: asked.stream ?? true,
    ignored: ignored(asked),
    wire: ollamaWire(asked.model, {
      text: (text) => ({ message: { role: 'assistant', content: text } }),
      thinking: (thought) => ({ message: { role: 'assistant', content: '', thinking: thought } }),
      whole: (text, thought) => ({
        message: { role: 'assistant', content: text, ...(thought !== '' && { thinking: thought }) },
      }),
      last: {},
    }),
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

function turnOf(message: NonNullable<ChatBody['messages']>[number], index: number): Turn {
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
  const images = (message.images ?? []).map((image, at) => imageBlock(image, `messages[${index}].images[${at}]`));
  const content = [...images, { type: 'text', text } as const];
  if (message.role === 'user') return { role: 'user', content };
  return { role: 'tool', id: message.tool_call_id ?? null, name: message.tool_name ?? null, content };
}
