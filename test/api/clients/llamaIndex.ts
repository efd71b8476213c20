/** LlamaIndex with its package for Ollama. The tools are run here, as LlamaIndex's agents do it. */
import type { ChatMessage, ToolCallLLMMessageOptions } from '@llamaindex/core/llms';
import { tool } from '@llamaindex/core/tools';
import { Ollama } from '@llamaindex/ollama';
import { z } from 'zod';
import type { Answer, Client, Connection, Question, Tool } from './client';
import { ollamaRefusal } from './ollama';
import { resultOf } from './resultOf';

const withoutCalls = 'The package sends the results without the calls, so the model reads them as the user’s text.';

export const llamaIndex: Client = {
  name: '@llamaindex/ollama',
  finishReasons: { end: 'stop', stop: 'stop', length: 'length' },
  marksErrors: false,
  dropsCalls: true,
  lacks: { image: 'The package sends only the text of a message.' },
  remarks: {
    'one tool': withoutCalls,
    'two tools': withoutCalls,
    'three rounds': withoutCalls,
    'tool error': withoutCalls,
    thinking: 'The package has no option for it; thinking is on by default and is in `raw`.',
  },
  connect,
};

function connect(url: string): Connection {
  const open = ({ model = 'sonnet', stop, maxTokens }: Question) =>
    new Ollama({
      model,
      config: { host: url },
      options: {
        ...(stop !== undefined && { stop: [stop] }),
        ...(maxTokens !== undefined && { num_predict: maxTokens }),
      },
    });
  return {
    async chat(question) {
      const { message, raw } = await open(question).chat({ messages: messagesOf(question) });
      return answerOf(message.content, [raw]);
    },

    async stream(question, onText) {
      const llm = open(question);
      question.signal?.addEventListener('abort', () => llm.ollama.abort());
      let text = '';
      const parts: unknown[] = [];
      for await (const { delta, raw } of await llm.chat({ messages: messagesOf(question), stream: true })) {
        if (delta !== '') onText(delta);
        text += delta;
        parts.push(raw);
      }
      return answerOf(text, parts);
    },

    async runTools(question, tools) {
      const llm = open(question);
      const messages = messagesOf(question);
      for (;;) {
        const { message, raw } = await llm.chat({ messages, tools: tools.map(definition) });
        messages.push(message);
        if (message.options === undefined || !('toolCall' in message.options)) return answerOf(message.content, [raw]);
        for (const { id, name, input } of message.options.toolCall) {
          const toolResult = { id, result: resultOf(tools, name, input), isError: false };
          messages.push({ role: 'user', content: '', options: { toolResult } });
        }
      }
    },

    async object(question, schema) {
      const { message } = await open(question).chat({ messages: messagesOf(question), responseFormat: schema });
      return schema.parse(JSON.parse(String(message.content)));
    },

    refusal: ollamaRefusal,
  };
}

function messagesOf({ system, turns }: Question): ChatMessage<ToolCallLLMMessageOptions>[] {
  const messages = turns.map(({ role, text }): ChatMessage<ToolCallLLMMessageOptions> => ({ role, content: text }));
  return system === undefined ? messages : [{ role: 'system', content: system }, ...messages];
}

function definition({ name, description, parameters, run }: Tool) {
  return tool({ name, description, parameters, execute: run });
}

/** Ollama's original answer, which the package includes. */
const Raw = z.object({
  message: z.object({ thinking: z.string().default('') }),
  done_reason: z.string().optional(),
  prompt_eval_count: z.number().optional(),
  eval_count: z.number().optional(),
});

function answerOf(text: unknown, parts: readonly unknown[]): Answer {
  const raw = parts.map((part) => Raw.parse(part));
  const last = raw.at(-1);
  return {
    text: String(text),
    thinking: raw.map(({ message }) => message.thinking).join(''),
    finish: last?.done_reason,
    usage: { input: last?.prompt_eval_count, output: last?.eval_count },
  };
}
