/**
 * Answers as Ollama writes them: one JSON object a line, the last with the counts. A field without a value is left out,
 * never null: ollama-ai-provider-v2 drops a whole line for one, and ollama-js takes `error: null` for an error.
 */
import type { EndReason, Timings, Usage } from '../../chat/events';
import type { Wire } from '../dialect';

/** Where `/api/chat` and `/api/generate` differ. */
export interface Content {
  text(text: string): object;
  thinking(thinking: string): object;
  whole(text: string, thinking: string): object;
  /** What only the last object has. */
  readonly last: object;
}

/** @param model as the client named it. */
export function ollamaWire(model: string, content: Content): Wire {
  const head = () => ({ model, created_at: new Date().toISOString() });
  return {
    once: ({ text, thinking, reason, usage, timings }) => ({
      ...head(),
      ...content.whole(text, thinking),
      ...final(reason, usage, timings),
      ...content.last,
    }),
    stream: () => ({
      contentType: 'application/x-ndjson',
      lines: (event) => {
        if (event.type === 'text') return [line({ ...head(), ...content.text(event.text), done: false })];
        if (event.type === 'thinking') return [line({ ...head(), ...content.thinking(event.text), done: false })];
        const counts = final(event.reason, event.usage, event.timings);
        return [line({ ...head(), ...content.text(''), ...counts, ...content.last })];
      },
      fault: (fault) => line({ error: fault.message }),
    }),
  };
}

function line(object: object): string {
  return `${JSON.stringify(object)}\n`;
}

function final(reason: EndReason, usage: Usage, timings: Timings): object {
  return {
    done: true,
    done_reason: reason === 'length' ? 'length' : 'stop',
    total_duration: nanoseconds(timings.totalMs),
    load_duration: nanoseconds(timings.loadMs),
    prompt_eval_count: count(usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens),
    prompt_eval_duration: nanoseconds(timings.promptMs),
    eval_count: count(usage.outputTokens),
    eval_duration: nanoseconds(timings.answerMs),
  };
}

function nanoseconds(ms: number): number {
  return count(ms * 1_000_000);
}

/** Ollama leaves a zero out, and clients divide by these. */
function count(value: number): number {
  return Math.max(1, Math.round(value));
}
