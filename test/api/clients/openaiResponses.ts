/** OpenAI's own package: responses, with its helpers for streams and schemas. It has no tool runner for them, so the tools are run here. */
import OpenAI from 'openai';
import { zodResponsesFunction, zodTextFormat } from 'openai/helpers/zod';
import type { Answer, Client, Connection, Question } from './client';
import { openaiRefusal } from './openaiChat';
import { resultOf } from './resultOf';

export const openaiResponses: Client = {
  name: 'openai, responses',
  finishReasons: { end: 'completed', stop: 'completed', length: 'incomplete: max_output_tokens' },
  effort: 'high',
  marksErrors: false,
  lacks: { stop: 'OpenAI’s Responses API has no stop sequences.' },
  connect,
};

function connect(url: string): Connection {
  const { responses } = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
  return {
    chat: async (question) => answerOf(await responses.create(bodyOf(question))),

    async stream(question, onText) {
      const stream = responses.stream(bodyOf(question), { signal: question.signal });
      stream.on('response.output_text.delta', ({ delta }) => onText(delta));
      return answerOf(await stream.finalResponse());
    },

    async runTools(question, tools) {
      const body = bodyOf(question);
      const functions = tools.map(({ name, description, parameters }) =>
        zodResponsesFunction({ name, description, parameters }),
      );
      for (;;) {
        const response = await responses.parse({ ...body, tools: functions });
        const calls = response.output.filter((item) => item.type === 'function_call');
        if (calls.length === 0) return answerOf(response);
        for (const item of response.output) {
          if (item.type === 'message' || item.type === 'reasoning' || item.type === 'function_call')
            body.input.push(item);
        }
        for (const { call_id, name, parsed_arguments } of calls) {
          body.input.push({ type: 'function_call_output', call_id, output: resultOf(tools, name, parsed_arguments) });
        }
      }
    },

    async object(question, schema) {
      const format = zodTextFormat(schema, 'place');
      return (await responses.parse({ ...bodyOf(question), text: { format } })).output_parsed;
    },

    refusal: openaiRefusal,
  };
}

function bodyOf({ model = 'sonnet', system, turns, image, think, maxTokens }: Question) {
  const input: OpenAI.Responses.ResponseInputItem[] = turns.map(({ role, text }) => ({ role, content: text }));
  const asked = turns.at(-1);
  if (asked && image !== undefined) {
    const image_url = `data:image/png;base64,${image}`;
    input.pop();
    input.push({
      role: 'user',
      content: [
        { type: 'input_text', text: asked.text },
        { type: 'input_image', image_url, detail: 'auto' },
      ],
    });
  }
  return {
    model,
    input,
    ...(system !== undefined && { instructions: system }),
    ...(think && { reasoning: { effort: 'high' as const, summary: 'auto' as const } }),
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
  };
}

function answerOf({ output, output_text, status, incomplete_details, usage }: OpenAI.Responses.Response): Answer {
  const thoughts = output.flatMap((item) => (item.type === 'reasoning' ? item.summary : []));
  return {
    text: output_text,
    thinking: thoughts.map(({ text }) => text).join(''),
    finish: incomplete_details?.reason ? `${status}: ${incomplete_details.reason}` : status,
    usage: { input: usage?.input_tokens, output: usage?.output_tokens },
  };
}
