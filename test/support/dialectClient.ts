/** Sends requests in each dialect and reads what comes back, as far as faults are concerned. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

export const DIALECTS = ['Ollama', 'OpenAI', 'Anthropic'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** A message in no dialect's form. */
export type FaultMessage =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string }
  /** The model has called the tool `weather`. `before`: the text before the call. */
  | { readonly role: 'call'; readonly id: string; readonly input?: object; readonly before?: string }
  | { readonly role: 'result'; readonly id: string; readonly text: string };

export interface FaultRequest {
  readonly messages: readonly FaultMessage[];
  readonly stream: boolean;
  /** Whether the client offers the tool `weather`. */
  readonly tools?: boolean;
  /** The client's name of the conversation, for OpenAI and Ollama; the messages are only the newest one then. */
  readonly id?: string;
  /** The name of the client program, by which its conversation and its request are found. */
  readonly client?: string;
  /** Sent in place of the body that the other fields describe. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes the client hang up. */
  readonly signal?: AbortSignal;
  /** After this time, in ms, the request counts as hanging. Default `HANGS_AFTER_MS`. */
  readonly hangsAfterMs?: number;
}

/** What the client has received. */
export interface Outcome {
  /** 0 where the connection broke before there was a status. */
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly thinking: string;
  /** The arguments of each tool call, as text. */
  readonly calls: readonly string[];
  /** `cut`: the connection ended without the end of the answer and without an error. `hangs`: it did not end in time. */
  readonly ending: 'complete' | 'error' | 'cut' | 'hangs';
  /** The message of the error, if there is one. */
  readonly message: string;
}

export const PATHS: Record<Dialect, string> = {
  Ollama: '/api/chat',
  OpenAI: '/v1/chat/completions',
  Anthropic: '/v1/messages',
};

const SCHEMA = { type: 'object', properties: { city: { type: 'string' }, unit: { type: 'string' } } };

/** Longer than any deadline that a test sets, and than anything takes on a busy computer. */
export const HANGS_AFTER_MS = 45_000;

/** Resolves when the response has ended, whatever became of it. */
export async function request(url: string, dialect: Dialect, options: FaultRequest): Promise<Outcome> {
  const reader = createReader(dialect);
  let response: Response | undefined;
  const receive = async () => {
    response = await fetch(url + PATHS[dialect], {
      method: 'POST',
      headers: { 'user-agent': options.client ?? 'witness', ...options.headers },
      body: options.body ?? JSON.stringify(bodyOf(dialect, options)),
      signal: options.signal ?? null,
    });
    if (!options.stream || !response.ok) return reader.readWhole(await response.text(), response.ok);
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) reader.readChunk(decoder.decode(chunk, { stream: true }));
  };
  const timeout = new AbortController();
  const ended = await Promise.race([
    receive().then(
      () => true,
      (error: unknown) => {
        // A defect of this reader rather than of the connection.
        if (error instanceof z.ZodError || error instanceof SyntaxError) throw error;
        return true;
      },
    ),
    sleep(options.hangsAfterMs ?? HANGS_AFTER_MS, false, { signal: timeout.signal }).catch(() => true),
  ]);
  timeout.abort();
  const outcome = reader.outcome();
  return {
    ...outcome,
    status: response?.status ?? 0,
    headers: response?.headers ?? new Headers(),
    ending: ended ? outcome.ending : 'hangs',
  };
}

/** The request's body as the dialect has it. */
export function bodyOf(dialect: Dialect, { messages, stream, tools = false, id }: FaultRequest): object {
  const common = { model: 'sonnet', stream, messages: messages.map((message) => inForm(dialect, message)) };
  const weather = { name: 'weather', description: 'Weather.' };
  const functions = [{ type: 'function', function: { ...weather, parameters: SCHEMA } }];
  switch (dialect) {
    case 'Ollama':
      return { ...common, think: true, ...(id && { id }), ...(tools && { tools: functions }) };
    case 'OpenAI':
      return { ...common, reasoning_effort: 'medium', ...(id && { id }), ...(tools && { tools: functions }) };
    case 'Anthropic':
      return {
        ...common,
        max_tokens: 4_000,
        thinking: { type: 'enabled', budget_tokens: 2_000 },
        ...(tools && { tools: [{ ...weather, input_schema: SCHEMA }] }),
      };
  }
}

function inForm(dialect: Dialect, message: FaultMessage): object {
  if (message.role === 'user' || message.role === 'assistant') return { role: message.role, content: message.text };
  if (dialect === 'Anthropic') {
    if (message.role === 'result')
      return { role: 'user', content: [{ type: 'tool_result', tool_use_id: message.id, content: message.text }] };
    const call = { type: 'tool_use', id: message.id, name: 'weather', input: message.input ?? {} };
    return { role: 'assistant', content: [...(message.before ? [{ type: 'text', text: message.before }] : []), call] };
  }
  if (message.role === 'result')
    return { role: 'tool', tool_call_id: message.id, tool_name: 'weather', content: message.text };
  const input = dialect === 'Ollama' ? (message.input ?? {}) : JSON.stringify(message.input ?? {});
  return {
    role: 'assistant',
    content: message.before ?? '',
    tool_calls: [{ id: message.id, type: 'function', function: { name: 'weather', arguments: input } }],
  };
}

const Failed = z.looseObject({ error: z.union([z.string(), z.looseObject({ message: z.string() })]).optional() });

const OllamaPart = z.object({
  message: z
    .object({
      content: z.string().optional(),
      thinking: z.string().optional(),
      tool_calls: z.array(z.object({ function: z.object({ arguments: z.unknown() }) })).optional(),
    })
    .optional(),
  done: z.boolean().optional(),
});

const OpenAiMessage = z.object({
  content: z.string().nullish(),
  reasoning: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  tool_calls: z
    .array(
      z.object({ index: z.number().optional(), function: z.object({ arguments: z.string().optional() }).optional() }),
    )
    .optional(),
});
const OpenAiPart = z.object({
  choices: z.array(
    z.object({
      delta: OpenAiMessage.optional(),
      message: OpenAiMessage.optional(),
      finish_reason: z.string().nullish(),
    }),
  ),
});

const AnthropicBlock = z.object({
  type: z.string(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  input: z.unknown().optional(),
});
const AnthropicPart = z.object({
  type: z.string(),
  index: z.number().optional(),
  content: z.array(AnthropicBlock).optional(),
  content_block: AnthropicBlock.optional(),
  delta: z
    .object({ text: z.string().optional(), thinking: z.string().optional(), partial_json: z.string().optional() })
    .optional(),
  stop_reason: z.string().nullish(),
});

type Read = Pick<Outcome, 'text' | 'thinking' | 'calls' | 'ending' | 'message'>;

function createReader(dialect: Dialect) {
  const calls = new Map<number, string>();
  let [text, thinking, message] = ['', '', ''];
  let ending: Read['ending'] = 'cut';
  let rest = '';

  const fail = (error: z.infer<typeof Failed>['error']) => {
    ending = 'error';
    message = typeof error === 'string' ? error : (error?.message ?? '');
  };

  const readOllama = (value: unknown) => {
    const { message: part, done } = OllamaPart.parse(value);
    text += part?.content ?? '';
    thinking += part?.thinking ?? '';
    for (const call of part?.tool_calls ?? []) calls.set(calls.size, JSON.stringify(call.function.arguments));
    if (done) ending = 'complete';
  };

  const readOpenAi = (value: unknown) => {
    const [choice] = OpenAiPart.parse(value).choices;
    const part = choice?.delta ?? choice?.message;
    text += part?.content ?? '';
    thinking += part?.reasoning_content ?? part?.reasoning ?? '';
    for (const [position, call] of (part?.tool_calls ?? []).entries()) {
      const index = call.index ?? position;
      calls.set(index, (calls.get(index) ?? '') + (call.function?.arguments ?? ''));
    }
    if (choice?.finish_reason) ending = 'complete';
  };

  const readAnthropic = (value: unknown) => {
    const {
      type,
      index = 0,
      content = [],
      content_block: block,
      delta,
      stop_reason: reason,
    } = AnthropicPart.parse(value);
    for (const [position, whole] of content.entries()) {
      text += whole.text ?? '';
      thinking += whole.thinking ?? '';
      if (whole.type === 'tool_use') calls.set(position, JSON.stringify(whole.input));
    }
    if (block?.type === 'tool_use') calls.set(index, '');
    text += delta?.text ?? '';
    thinking += delta?.thinking ?? '';
    if (delta?.partial_json !== undefined) calls.set(index, (calls.get(index) ?? '') + delta.partial_json);
    if (type === 'message_stop' || reason) ending = 'complete';
  };

  const read = { Ollama: readOllama, OpenAI: readOpenAi, Anthropic: readAnthropic }[dialect];
  const readValue = (value: unknown) => {
    const { error } = Failed.parse(value);
    if (error === undefined) read(value);
    else fail(error);
  };

  return {
    readWhole: (body: string, ok: boolean) => {
      readValue(JSON.parse(body));
      if (!ok && ending !== 'error') fail(body);
    },
    readChunk: (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const json = line.replace(/^data: /, '');
        if (json.startsWith('{')) readValue(JSON.parse(json));
      }
    },
    outcome: (): Read => ({ text, thinking, calls: [...calls.values()], ending, message }),
  };
}
