/**
 * Writes answers in OpenAI's form: one object, or server-sent events. The first event of a choice names the role, its last one the
 * reason for the end.
 */
import { randomUUID } from 'node:crypto';
import type { EndReason, Timings } from '../../../chat/events';
import { addUsage, NO_USAGE, type Usage } from '../../../shared/usage';
import type { Answer, OutputEvent, StreamWire, ToolCall, Wire } from '../../dialect';
import { errorObject } from '../errorObject';

export interface CompletionForm {
  /**
   * Whether a stream ends with a chunk for the usage, which has no choice. Otherwise the last chunk has llama.cpp's `timings`, which
   * Open WebUI shows without requesting them. `usage` beside a choice would break OpenAI's Java package, whose accumulator takes a
   * chunk with it for the one without a choice.
   */
  readonly includeUsage: boolean;
  /** The number of answers. */
  readonly choices: number;
}

/** @param model the client's name for the model. */
export function completionWire(model: string, form: CompletionForm): Wire {
  const heading = head('chatcmpl', model);
  return {
    completeBody: (answer, others = []) => completionObject(heading('chat.completion'), [answer, ...others], choice),
    stream: () => {
      const deltas = choiceDeltas();
      return chunkStream(heading('chat.completion.chunk'), form, (event, index) =>
        deltas(event, index).map(({ delta, finish = null }) => ({ index, delta, finish_reason: finish })),
      );
    },
  };
}

/** @param echoes the prompts that the texts start with, by choice; '' for none. */
export function textCompletionWire(model: string, form: CompletionForm, echoes: readonly string[]): Wire {
  const heading = head('cmpl', model)('text_completion');
  const echoOf = (index: number) => echoes[index] ?? '';
  const textChoice = (index: number, text: string, finish_reason: string | null) => ({
    text,
    index,
    logprobs: null,
    finish_reason,
  });
  return {
    completeBody: (answer, others = []) =>
      completionObject(heading, [answer, ...others], ({ text, reason }, index) =>
        textChoice(index, echoOf(index) + text, FINISH_REASONS[reason]),
      ),
    stream: () => {
      const started = new Set<number>();
      return chunkStream(heading, form, (event, index) => {
        const echo = echoOf(index);
        const first = started.has(index) || echo === '' ? [] : [textChoice(index, echo, null)];
        started.add(index);
        if (event.type === 'text') return [...first, textChoice(index, event.text, null)];
        if (event.type === 'end') return [...first, textChoice(index, '', FINISH_REASONS[event.reason])];
        return first;
      });
    },
  };
}

type Heading = Readonly<Record<string, unknown>>;

function head(prefix: string, model: string): (object: string) => Heading {
  const id = `${prefix}-${randomUUID().replaceAll('-', '')}`;
  const created = Math.floor(Date.now() / 1000);
  return (object) => ({ id, object, created, model, system_fingerprint: 'fp_claudacity' });
}

function completionObject(
  heading: Heading,
  answers: readonly Answer[],
  choiceOf: (answer: Answer, index: number) => object,
): object {
  const usage = usageObject(answers.map((answer) => answer.usage).reduce(addUsage, NO_USAGE));
  return { ...heading, choices: answers.map(choiceOf), usage };
}

function choice({ text, thinking, toolCalls, reason }: Answer, index: number): object {
  const calls = toolCalls.length > 0;
  return {
    index,
    message: {
      role: 'assistant',
      content: calls && text === '' ? null : text,
      refusal: null,
      ...(thinking !== '' && reasoning(thinking)),
      ...(calls && { tool_calls: toolCalls.map(callObject) }),
    },
    logprobs: null,
    finish_reason: FINISH_REASONS[reason],
  };
}

function callObject({ id, name, input }: ToolCall): object {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}

/** @param choicesOf the choices to send for an event, each in a chunk of its own. */
function chunkStream(
  heading: Heading,
  { includeUsage, choices }: CompletionForm,
  choicesOf: (event: OutputEvent, index: number) => readonly object[],
): StreamWire {
  const usages: Usage[] = [];
  function* lines(event: OutputEvent, index: number): Generator<string> {
    const chunks = choicesOf(event, index).map((choice) => ({ ...heading, choices: [choice] }));
    if (event.type === 'end') usages.push(event.usage);
    if (event.type !== 'end' || usages.length < choices) return yield* chunks.map(data);
    const usage = usages.reduce(addUsage, NO_USAGE);
    if (includeUsage) {
      yield* chunks.map(data);
      yield data({ ...heading, choices: [], usage: usageObject(usage) });
    } else {
      yield* chunks.slice(0, -1).map(data);
      yield data({ ...chunks.at(-1), timings: timingsObject(usage, event.timings) });
    }
    yield 'data: [DONE]\n\n';
  }
  return {
    contentType: 'text/event-stream',
    keepAlive: ': keep-alive\n\n',
    lines,
    fault: (fault) => data(errorObject(fault)),
  };
}

interface Delta {
  readonly delta: object;
  readonly finish?: string;
}

/** The deltas that each event adds to its choice. */
function choiceDeltas(): (event: OutputEvent, index: number) => Delta[] {
  const started = new Set<number>();
  // By choice: whether arguments of its newest call were sent.
  const argumentsSent = new Map<number, boolean>();
  return (event, index) => {
    const deltas: Delta[] = started.has(index) ? [] : [{ delta: { role: 'assistant', content: '' } }];
    started.add(index);
    switch (event.type) {
      case 'text':
        deltas.push({ delta: { content: event.text } });
        break;
      case 'thinking':
        deltas.push({ delta: reasoning(event.text) });
        break;
      case 'tool_call': {
        argumentsSent.set(index, false);
        const { id, name } = event;
        deltas.push(callDelta(event.index, { id, type: 'function', function: { name, arguments: '' } }));
        break;
      }
      case 'tool_input':
        if (event.json === '') break;
        argumentsSent.set(index, true);
        deltas.push(callDelta(event.index, { function: { arguments: event.json } }));
        break;
      case 'tool_end':
        if (argumentsSent.get(index)) break;
        deltas.push(callDelta(event.index, { function: { arguments: JSON.stringify(event.input) } }));
        break;
      case 'end':
        deltas.push({ delta: {}, finish: FINISH_REASONS[event.reason] });
    }
    return deltas;
  };
}

/** Open WebUI drops a call without an index. */
function callDelta(index: number, call: object): Delta {
  return { delta: { tool_calls: [{ index, ...call }] } };
}

const FINISH_REASONS: Record<EndReason, string> = {
  stop: 'stop',
  length: 'length',
  refusal: 'content_filter',
  tool_use: 'tool_calls',
};

function data(object: object): string {
  return `data: ${JSON.stringify(object)}\n\n`;
}

/** Under OpenRouter's name and under DeepSeek's: most clients know only one of them. */
function reasoning(thinking: string): object {
  return { reasoning: thinking, reasoning_content: thinking };
}

/** The usage in the answers that the documentation shows. */
export const EXAMPLE_USAGE: Partial<CompletionUsage> = { prompt_tokens: 12, completion_tokens: 9, total_tokens: 21 };

/** The usage of a completion in OpenAI's form. */
export interface CompletionUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
  /** US dollars. */
  readonly cost: number;
}

function usageObject(usage: Usage): CompletionUsage {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead },
    completion_tokens_details: { reasoning_tokens: usage.thinking },
    // Not part of OpenAI's API: Open WebUI adds it up over a chat.
    cost: usage.costUsd,
  };
}

/** Usage and times in llama.cpp's form: tokens read anew, from the cache and written, and ms. */
function timingsObject(usage: Usage, { promptMs, answerMs }: Timings): object {
  return {
    prompt_n: usage.input + usage.cacheWrite,
    cache_n: usage.cacheRead,
    predicted_n: usage.output,
    prompt_ms: promptMs,
    predicted_ms: answerMs,
    ...(answerMs > 0 && { predicted_per_second: (usage.output * 1_000) / answerMs }),
  };
}
