/** Answers as OpenAI writes them: one object, or server-sent events of which the first names the role and one the reason for the end. */
import { randomUUID } from 'node:crypto';
import type { EndReason, Usage } from '../../chat/events';
import type { OutputEvent, Wire } from '../dialect';
import { errorObject } from './errorObject';

/** @param model as the client named it. @param includeUsage whether a stream ends with the counts. */
export function completionWire(model: string, includeUsage: boolean): Wire {
  const id = `chatcmpl-${randomUUID().replaceAll('-', '')}`;
  const created = Math.floor(Date.now() / 1000);
  const head = (object: string) => ({ id, object, created, model, system_fingerprint: 'fp_claudacity' });
  return {
    once: ({ text, thinking, reason, usage }) => ({
      ...head('chat.completion'),
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: text, refusal: null, ...(thinking !== '' && reasoning(thinking)) },
          logprobs: null,
          finish_reason: FINISH[reason],
        },
      ],
      usage: usageObject(usage),
    }),
    stream: () => {
      const chunk = (choices: readonly object[], more: object = {}) =>
        data({ ...head('chat.completion.chunk'), choices, ...more });
      let begun = false;
      function* lines(event: OutputEvent): Generator<string> {
        if (!begun) yield chunk([choice({ role: 'assistant', content: '' })]);
        begun = true;
        if (event.type === 'text') yield chunk([choice({ content: event.text })]);
        if (event.type === 'thinking') yield chunk([choice(reasoning(event.text))]);
        if (event.type === 'end') {
          yield chunk([choice({}, FINISH[event.reason])]);
          if (includeUsage) yield chunk([], { usage: usageObject(event.usage) });
          yield 'data: [DONE]\n\n';
        }
      }
      return {
        contentType: 'text/event-stream',
        keepAlive: ': keep-alive\n\n',
        lines,
        fault: (fault) => data(errorObject(fault)),
      };
    },
  };
}

const FINISH: Record<EndReason, string> = {
  stop: 'stop',
  length: 'length',
  refusal: 'content_filter',
  tool_use: 'tool_calls',
};

function choice(delta: object, finishReason: string | null = null): object {
  return { index: 0, delta, finish_reason: finishReason };
}

function data(object: object): string {
  return `data: ${JSON.stringify(object)}\n\n`;
}

/** OpenRouter's name for it and DeepSeek's: each client knows one. */
function reasoning(thinking: string): object {
  return { reasoning: thinking, reasoning_content: thinking };
}

function usageObject(usage: Usage): object {
  const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.outputTokens,
    total_tokens: prompt + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens },
    completion_tokens_details: { reasoning_tokens: usage.thinkingTokens },
    // Not OpenAI's: Open WebUI adds it up over a chat.
    cost: usage.costUsd,
  };
}
