/** Ollama's own package. It has no tool runner, so the tools are run here, as in its examples. */
import { type ChatResponse, type Message, Ollama } from 'ollama';
import { z } from 'zod';
import type { Answer, Client, Connection, Question, Tool } from './client';
import { resultOf } from './resultOf';

export const ollamaClient: Client = {
  name: 'ollama',
  finishReasons: { end: 'stop', stop: 'stop', length: 'length' },
  marksErrors: false,
  connect,
};

function connect(url: string): Connection {
  const ollama = new Ollama({ host: url });
  return {
    chat: async (question) => answerOf(await ollama.chat(bodyOf(question))),

    async stream(question, onText) {
      const stream = await ollama.chat({ ...bodyOf(question), stream: true });
      question.signal?.addEventListener('abort', () => stream.abort());
      let text = '';
      let thinking = '';
      let last: ChatResponse | undefined;
      for await (const part of stream) {
        if (part.message.content !== '') onText(part.message.content);
        text += part.message.content;
        thinking += part.message.thinking ?? '';
        last = part;
      }
      if (last === undefined) throw new Error('the stream was empty');
      return { ...answerOf(last), text, thinking };
    },

    async runTools(question, tools) {
      const body = { ...bodyOf(question), tools: tools.map(definition) };
      for (;;) {
        const response = await ollama.chat(body);
        const { message } = response;
        if (message.tool_calls === undefined) return answerOf(response);
        body.messages.push(message);
        for (const call of message.tool_calls) {
          const content = resultOf(tools, call.function.name, call.function.arguments);
          body.messages.push({ role: 'tool', tool_name: call.function.name, content });
        }
      }
    },

    async object(question, schema) {
      const { message } = await ollama.chat({ ...bodyOf(question), format: z.toJSONSchema(schema) });
      return schema.parse(JSON.parse(message.content));
    },

    refusal: ollamaRefusal,
  };
}

/** The package does not export the class of its errors. */
const ResponseError = z.object({ name: z.literal('ResponseError'), message: z.string(), status_code: z.number() });

/** For the packages that are built on it, too. */
export function ollamaRefusal(error: unknown) {
  const { data } = ResponseError.safeParse(error);
  if (data === undefined) throw error;
  return { status: data.status_code, message: data.message };
}

function bodyOf({ model = 'sonnet', system, turns, image, think, stop, maxTokens }: Question) {
  const messages: Message[] = turns.map(({ role, text }) => ({ role, content: text }));
  const asked = messages.at(-1);
  if (asked && image !== undefined) asked.images = [image];
  if (system !== undefined) messages.unshift({ role: 'system', content: system });
  return {
    model,
    messages,
    ...(think !== undefined && { think }),
    options: {
      ...(stop !== undefined && { stop: [stop] }),
      ...(maxTokens !== undefined && { num_predict: maxTokens }),
    },
  };
}

/** The part of a JSON schema that the package's types support. */
const Parameters = z.looseObject({
  type: z.literal('object'),
  properties: z.record(z.string(), z.looseObject({ type: z.string() })),
  required: z.array(z.string()),
});

function definition({ name, description, parameters }: Tool) {
  const schema = Parameters.parse(z.toJSONSchema(parameters));
  return { type: 'function', function: { name, description, parameters: schema } };
}

function answerOf({ message, done_reason, prompt_eval_count, eval_count }: ChatResponse): Answer {
  return {
    text: message.content,
    thinking: message.thinking ?? '',
    finish: done_reason,
    usage: { input: prompt_eval_count, output: eval_count },
  };
}
