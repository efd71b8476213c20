/** Answers as OpenAI writes them: one object, or server-sent events of which the first names the role and one the reason for the end. */
import { randomUUID } from 'node:crypto';
import type { EndReason } from '../../../chat/events';
import { addUsage, NO_USAGE, type Usage } from '../../../shared/usage';
import type { Answer, OutputEvent, StreamWire, ToolCall, Wire } from '../../dialect';
import { errorObject } from '../errorObject';

export interface CompletionForm {
  /** Whether a stream ends with the counts. */
  readonly includeUsage: boolean;
  /** How many answers there are. */
  readonly choices: number;
}

/** @param model as the client named it. */
export function completionWire(model: string, form: CompletionForm): Wire {
  const heading = head('chatcmpl', model);
  return {
    once: (answer, others = []) => whole(heading('chat.completion'), [answer, ...others], choice),
    stream: () => {
      const deltas = choiceDeltas();
      return chunks(heading('chat.completion.chunk'), form, (event, index) =>
        deltas(event, index).map(({ delta, finish = null }) => ({ index, delta, finish_reason: finish })),
      );
    },
  };
}

/** @param echoes what each of the texts begins with. */
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
    once: (answer, others = []) =>
      whole(heading, [answer, ...others], ({ text, reason }, index) =>
        textChoice(index, echoOf(index) + text, FINISH[reason]),
      ),
    stream: () => {
      const begun = new Set<number>();
      return chunks(heading, form, (event, index) => {
        const echo = echoOf(index);
        const first = begun.has(index) || echo === '' ? [] : [textChoice(index, echo, null)];
        begun.add(index);
        if (event.type === 'text') return [...first, textChoice(index, event.text, null)];
        if (event.type === 'end') return [...first, textChoice(index, '', FINISH[event.reason])];
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

function whole(
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
    finish_reason: FINISH[reason],
  };
}

function callObject({ id, name, input }: ToolCall): object {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}

/** @param choicesOf what to say of an event: one chunk each. */
function chunks(
  heading: Heading,
  { includeUsage, choices }: CompletionForm,
  choicesOf: (event: OutputEvent, index: number) => readonly object[],
): StreamWire {
  const usages: Usage[] = [];
  function* lines(event: OutputEvent, index: number): Generator<string> {
    for (const said of choicesOf(event, index)) yield data({ ...heading, choices: [said] });
    if (event.type !== 'end') return;
    usages.push(event.usage);
    if (usages.length < choices) return;
    if (includeUsage) yield data({ ...heading, choices: [], usage: usageObject(usages.reduce(addUsage, NO_USAGE)) });
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

/** What each event adds to its choice. */
function choiceDeltas(): (event: OutputEvent, index: number) => Delta[] {
  const begun = new Set<number>();
  // Of the call that began last in each choice.
  const argumentsSent = new Map<number, boolean>();
  return (event, index) => {
    const deltas: Delta[] = begun.has(index) ? [] : [{ delta: { role: 'assistant', content: '' } }];
    begun.add(index);
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
        deltas.push({ delta: {}, finish: FINISH[event.reason] });
    }
    return deltas;
  };
}

/** Open WebUI drops a call whose place is not named. */
function callDelta(index: number, call: object): Delta {
  return { delta: { tool_calls: [{ index, ...call }] } };
}

const FINISH: Record<EndReason, string> = {
  stop: 'stop',
  length: 'length',
  refusal: 'content_filter',
  tool_use: 'tool_calls',
};

function data(object: object): string {
  return `data: ${JSON.stringify(object)}\n\n`;
}

/** OpenRouter's name for it and DeepSeek's: each client knows one. */
function reasoning(thinking: string): object {
  return { reasoning: thinking, reasoning_content: thinking };
}

/** The usage in the answers that the documentation shows. */
export const EXAMPLE_USAGE = { prompt_tokens: 12, completion_tokens: 9, total_tokens: 21 };

function usageObject(usage: Usage): object {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead },
    completion_tokens_details: { reasoning_tokens: usage.thinking },
    // Not OpenAI's: Open WebUI adds it up over a chat.
    cost: usage.costUsd,
  };
}
