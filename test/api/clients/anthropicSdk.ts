/** Anthropic's own package: messages, with its helpers for streams, tools and schemas. */
import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import type { Answer, Client, Connection, Question } from './client';

export const anthropicSdk: Client = {
  name: '@anthropic-ai/sdk',
  finishReasons: { end: 'end_turn', stop: 'stop_sequence', length: 'max_tokens' },
  effort: 'high',
  marksErrors: true,
  connect,
};

function connect(url: string): Connection {
  const anthropic = new Anthropic({ baseURL: url, apiKey: 'none', maxRetries: 0 });
  return {
    chat: async (question) => answerOf(await anthropic.messages.create(bodyOf(question))),

    async stream(question, onText) {
      const stream = anthropic.messages.stream(bodyOf(question), { signal: question.signal });
      stream.on('text', onText);
      return answerOf(await stream.finalMessage());
    },

    async runTools(question, tools) {
      const runner = anthropic.beta.messages.toolRunner({
        ...bodyOf(question),
        tools: tools.map(({ name, description, parameters, run }) =>
          betaZodTool({ name, description, inputSchema: parameters, run }),
        ),
      });
      return answerOf(await runner);
    },

    async object(question, schema) {
      const output_config = { format: zodOutputFormat(schema) };
      return (await anthropic.messages.parse({ ...bodyOf(question), output_config })).parsed_output;
    },

    refusal(error) {
      if (!(error instanceof Anthropic.APIError)) throw error;
      return { status: error.status, message: error.message };
    },
  };
}

function bodyOf({ model = 'sonnet', system, turns, image, think, stop, maxTokens = 1024 }: Question) {
  const messages: Anthropic.MessageParam[] = turns.map(({ role, text }) => ({ role, content: text }));
  const asked = turns.at(-1);
  if (asked && image !== undefined) {
    messages.pop();
    messages.push({
      role: 'user',
      content: [
        { type: 'text', text: asked.text },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } },
      ],
    });
  }
  return {
    model,
    messages,
    max_tokens: maxTokens,
    ...(system !== undefined && { system }),
    ...(think && { thinking: { type: 'adaptive' as const }, output_config: { effort: 'high' as const } }),
    ...(stop !== undefined && { stop_sequences: [stop] }),
  };
}

type Message = Pick<Anthropic.Beta.BetaMessage, 'stop_reason'> & {
  readonly content: readonly { readonly type: string; readonly text?: unknown; readonly thinking?: unknown }[];
  readonly usage: Pick<Anthropic.Usage, 'input_tokens' | 'output_tokens'>;
};

function answerOf({ content, stop_reason, usage }: Message): Answer {
  const joined = (kind: 'text' | 'thinking') =>
    content.map((block) => (block.type === kind ? String(block[kind]) : '')).join('');
  return {
    text: joined('text'),
    thinking: joined('thinking'),
    finish: stop_reason,
    usage: { input: usage.input_tokens, output: usage.output_tokens },
  };
}
