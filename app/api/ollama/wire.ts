/**
 * Writes answers in Ollama's form: one JSON object on each line, the last one with the counts. A field without a value is left out
 * rather than null: ollama-ai-provider-v2 drops a line that has a null, and ollama-js takes `error: null` for an error.
 */
import type { EndReason, Timings } from '../../chat/events';
import type { Usage } from '../../shared/usage';
import type { OutputEvent, ToolCall, Wire } from '../dialect';
import type { ToolNames } from './toolNames';

/** The part of an answer that one line holds. */
export interface AnswerPart {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly ToolCall[];
}

const EMPTY_PART: AnswerPart = { text: '', thinking: '', calls: [] };

/** The fields in which `/api/chat` and `/api/generate` differ. */
export interface ContentFields {
  fields(part: AnswerPart): object;
  /** The fields that only the last object has. @param text the whole text of the answer. */
  lastFields?(text: string): object;
}

/** @param model the client's name for the model. */
export function ollamaWire(model: string, { fields, lastFields = () => ({}) }: ContentFields): Wire {
  const head = () => ({ model, created_at: new Date().toISOString() });
  return {
    completeBody: ({ text, thinking, toolCalls: calls, reason, usage, timings }) => ({
      ...head(),
      ...fields({ text, thinking, calls }),
      ...finalFields(reason, usage, timings),
      ...lastFields(text),
    }),
    stream: () => {
      const calls: ToolCall[] = [];
      const texts: string[] = [];
      const partLine = (part: Partial<AnswerPart>) =>
        line({ ...head(), ...fields({ ...EMPTY_PART, ...part }), done: false });
      function* lines(event: OutputEvent): Generator<string> {
        if (event.type === 'text') {
          texts.push(event.text);
          yield partLine({ text: event.text });
        } else if (event.type === 'thinking') {
          yield partLine({ thinking: event.text });
        } else if (event.type === 'tool_end') {
          const { id, name, input } = event;
          calls.push({ id, name, input });
        } else if (event.type === 'end') {
          // All calls go into one line: LangChain.js numbers the calls of each line from 0 and would merge those of two lines.
          if (calls.length > 0) yield partLine({ calls });
          const counts = finalFields(event.reason, event.usage, event.timings);
          yield line({ ...head(), ...fields(EMPTY_PART), ...counts, ...lastFields(texts.join('')) });
        }
      }
      return { contentType: 'application/x-ndjson', lines, fault: (fault) => line({ error: fault.message }) };
    },
  };
}

/** The fields for thinking and tool calls, if there are any. Calls have no `type`, as with Ollama: older versions of Zed reject it. */
export function thinkingAndCalls({ thinking, calls }: AnswerPart, names: ToolNames): object {
  return {
    ...(thinking !== '' && { thinking }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, input }, index) => ({
        id,
        function: { index, name: names.toClient(name), arguments: input },
      })),
    }),
  };
}

function line(object: object): string {
  return `${JSON.stringify(object)}\n`;
}

/** How Ollama reports an answer's usage: durations in nanoseconds, counts in tokens. */
export interface OllamaUsage {
  readonly total_duration: number;
  readonly load_duration: number;
  readonly prompt_eval_count: number;
  readonly prompt_eval_duration: number;
  readonly eval_count: number;
  readonly eval_duration: number;
}

function finalFields(reason: EndReason, usage: Usage, timings: Timings): object {
  // The reason is `stop` after tool calls too, as with Ollama.
  return { done: true, done_reason: reason === 'length' ? 'length' : 'stop', ...usageFields(usage, timings) };
}

function usageFields(usage: Usage, timings: Timings): OllamaUsage {
  return {
    total_duration: nanoseconds(timings.totalMs),
    load_duration: nanoseconds(timings.loadMs),
    prompt_eval_count: count(usage.input + usage.cacheRead + usage.cacheWrite),
    prompt_eval_duration: nanoseconds(timings.promptMs),
    eval_count: count(usage.output),
    eval_duration: nanoseconds(timings.answerMs),
  };
}

/** The usage in the answers that the documentation shows. */
export const EXAMPLE_COUNTS: Partial<OllamaUsage> = {
  total_duration: 900_000_000,
  prompt_eval_count: 12,
  eval_count: 9,
};

function nanoseconds(ms: number): number {
  return count(ms * 1_000_000);
}

/** At least 1: Ollama leaves a zero out, and clients divide by these numbers. */
function count(value: number): number {
  return Math.max(1, Math.round(value));
}
