/** OpenAI's own package with the older completions API, which continues a text. */
import OpenAI from 'openai';
import type { Answer, Client, Connection, Question } from './client';
import { openaiRefusal } from './openaiChat';

const noTools = 'The completions API has no tools.';

export const openaiCompletions: Client = {
  name: 'openai, completions',
  finishReasons: { end: 'stop', stop: 'stop', length: 'length' },
  marksErrors: false,
  lacks: {
    'multi-turn': 'The completions API continues one text and has no turns.',
    'one tool': noTools,
    'two tools': noTools,
    'three rounds': noTools,
    'tool error': noTools,
    'structured output': 'The completions API has no schemas.',
    image: 'A prompt is text only.',
    thinking: 'The completions API has no field for it.',
  },
  connect,
};

function connect(url: string): Connection {
  const { completions } = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
  return {
    async chat(question) {
      const { choices, usage } = await completions.create(bodyOf(question));
      return answerOf(choices[0]?.text, choices[0]?.finish_reason, usage);
    },

    async stream(question, onText) {
      const stream = await completions.create(
        { ...bodyOf(question), stream: true, stream_options: { include_usage: true } },
        { signal: question.signal },
      );
      let text = '';
      let finish: string | undefined;
      let counts: OpenAI.CompletionUsage | undefined;
      for await (const { choices, usage } of stream) {
        const piece = choices[0]?.text ?? '';
        if (piece !== '') onText(piece);
        text += piece;
        finish = choices[0]?.finish_reason ?? finish;
        counts = usage ?? counts;
      }
      return answerOf(text, finish, counts);
    },

    runTools: () => Promise.reject(new Error(noTools)),
    object: () => Promise.reject(new Error('a completion is bound to no schema')),
    refusal: openaiRefusal,
  };
}

function bodyOf({ model = 'sonnet', turns, stop, maxTokens }: Question) {
  const prompt = turns.map(({ text }) => text).join('\n');
  return {
    model,
    prompt,
    ...(stop !== undefined && { stop }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
  };
}

function answerOf(text = '', finish: string | undefined, usage: OpenAI.CompletionUsage | undefined): Answer {
  return { text, thinking: '', finish, usage: { input: usage?.prompt_tokens, output: usage?.completion_tokens } };
}
