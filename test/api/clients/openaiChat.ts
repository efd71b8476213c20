/** OpenAI's own package: chat completions, with its helpers for streams, tools and schemas. */
import OpenAI from 'openai';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import type { Answer, Client, Connection, Question } from './client';
import { resultOf } from './resultOf';

export const openaiChat: Client = {
  name: 'openai, chat',
  finishReasons: { end: 'stop', stop: 'stop', length: 'length' },
  effort: 'high',
  marksErrors: false,
  connect,
};

/** Shared by the three APIs. */
export function openaiRefusal(error: unknown) {
  if (!(error instanceof OpenAI.APIError)) throw error;
  return { status: error.status, message: error.message };
}

function connect(url: string): Connection {
  const { completions } = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 }).chat;
  return {
    chat: async (question) => answerOf(await completions.create(bodyOf(question))),

    async stream(question, onText) {
      const stream = completions.stream(
        { ...bodyOf(question), stream_options: { include_usage: true } },
        { signal: question.signal },
      );
      stream.on('content', onText);
      // The package joins only the fields that it knows; of other fields it keeps the last piece.
      let thinking = '';
      stream.on('chunk', ({ choices }) => {
        thinking += reasoning.parse(choices[0]?.delta ?? {}).reasoning_content;
      });
      return { ...answerOf(await stream.finalChatCompletion()), thinking };
    },

    async runTools(question, tools) {
      const runner = completions.runTools({
        ...bodyOf(question),
        tools: tools.map(({ name, description, parameters }) =>
          zodFunction({ name, description, parameters, function: (input) => resultOf(tools, name, input) }),
        ),
      });
      return answerOf(await runner.finalChatCompletion());
    },

    async object(question, schema) {
      const response_format = zodResponseFormat(schema, 'place');
      const { choices } = await completions.parse({ ...bodyOf(question), response_format });
      return choices[0]?.message.parsed;
    },

    refusal: openaiRefusal,
  };
}

function bodyOf({ model = 'sonnet', system, turns, image, think, stop, maxTokens }: Question) {
  const messages: OpenAI.ChatCompletionMessageParam[] = turns.map(({ role, text }) => ({ role, content: text }));
  const asked = turns.at(-1);
  if (asked && image !== undefined) {
    const image_url = { url: `data:image/png;base64,${image}` };
    messages.pop();
    messages.push({
      role: 'user',
      content: [
        { type: 'text', text: asked.text },
        { type: 'image_url', image_url },
      ],
    });
  }
  if (system !== undefined) messages.unshift({ role: 'system', content: system });
  return {
    model,
    messages,
    ...(think && { reasoning_effort: 'high' as const }),
    ...(stop !== undefined && { stop }),
    ...(maxTokens !== undefined && { max_completion_tokens: maxTokens }),
  };
}

/** Not part of OpenAI's API but common among other servers: the package passes it through. */
const reasoning = z.object({ reasoning_content: z.string().default('') });

function answerOf({ choices, usage }: OpenAI.ChatCompletion): Answer {
  const [choice] = choices;
  return {
    text: choice?.message.content ?? '',
    thinking: reasoning.parse(choice?.message).reasoning_content,
    finish: choice?.finish_reason,
    usage: { input: usage?.prompt_tokens, output: usage?.completion_tokens },
  };
}
