/**
 * Answers as Ollama writes them: one JSON object a line, the last with the counts. A field without a value is left out,
 * never null: ollama-ai-provider-v2 drops a whole line for one, and ollama-js takes `error: null` for an error.
 */
import type { EndReason, Timings } from '../../chat/events';
import type { Usage } from '../../shared/usage';
import type { OutputEvent, ToolCall, Wire } from '../dialect';

/** What a line says; what it does not say is ''. */
export interface Said {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly ToolCall[];
}

const NOTHING: Said = { text: '', thinking: '', calls: [] };

/** Where `/api/chat` and `/api/generate` differ. */
export interface Content {
  write(said: Said): object;
  /** What only the last object has. @param text all of the answer. */
  last?(text: string): object;
}

/** @param model as the client named it. */
export function ollamaWire(model: string, { write, last = () => ({}) }: Content): Wire {
  const head = () => ({ model, created_at: new Date().toISOString() });
  return {
    once: ({ text, thinking, toolCalls: calls, reason, usage, timings }) => ({
      ...head(),
      ...write({ text, thinking, calls }),
      ...final(reason, usage, timings),
      ...last(text),
    }),
    stream: () => {
      const calls: ToolCall[] = [];
      const texts: string[] = [];
      const part = (said: Partial<Said>) => line({ ...head(), ...write({ ...NOTHING, ...said }), done: false });
      function* lines(event: OutputEvent): Generator<string> {
        if (event.type === 'text') {
          texts.push(event.text);
          yield part({ text: event.text });
        } else if (event.type === 'thinking') {
          yield part({ thinking: event.text });
        } else if (event.type === 'tool_end') {
          const { id, name, input } = event;
          calls.push({ id, name, input });
        } else if (event.type === 'end') {
          // All in one line: LangChain.js counts the calls of each line from 0, and would put those of two into one.
          if (calls.length > 0) yield part({ calls });
          const counts = final(event.reason, event.usage, event.timings);
          yield line({ ...head(), ...write(NOTHING), ...counts, ...last(texts.join('')) });
        }
      }
      return { contentType: 'application/x-ndjson', lines, fault: (fault) => line({ error: fault.message }) };
    },
  };
}

/** Thinking and calls, where there are any. No `type`: Ollama writes none, and older versions of Zed refuse it. */
export function extras({ thinking, calls }: Said): object {
  return {
    ...(thinking !== '' && { thinking }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, input }, index) => ({ id, function: { index, name, arguments: input } })),
    }),
  };
}

function line(object: object): string {
  return `${JSON.stringify(object)}\n`;
}

/** With calls too the reason is `stop`, as with Ollama. */
function final(reason: EndReason, usage: Usage, timings: Timings): object {
  return {
    done: true,
    done_reason: reason === 'length' ? 'length' : 'stop',
    total_duration: nanoseconds(timings.totalMs),
    load_duration: nanoseconds(timings.loadMs),
    prompt_eval_count: count(usage.input + usage.cacheRead + usage.cacheWrite),
    prompt_eval_duration: nanoseconds(timings.promptMs),
    eval_count: count(usage.output),
    eval_duration: nanoseconds(timings.answerMs),
  };
}

/** The counts in the answers that the documentation shows. */
export const EXAMPLE_COUNTS = { total_duration: 900_000_000, prompt_eval_count: 12, eval_count: 9 };

function nanoseconds(ms: number): number {
  return count(ms * 1_000_000);
}

/** Ollama leaves a zero out, and clients divide by these. */
function count(value: number): number {
  return Math.max(1, Math.round(value));
}
