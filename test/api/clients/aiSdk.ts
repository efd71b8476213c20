/** The AI SDK (`generateText` and `streamText`) with each provider that can use this server. */
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  generateText,
  type LanguageModel,
  type ModelMessage,
  Output,
  stepCountIs,
  streamText,
  tool,
} from 'ai';
import { createOllama } from 'ollama-ai-provider-v2';
import type { Answer, Client, Connection, Question, Tool } from './client';

type ProviderOptions = NonNullable<Parameters<typeof generateText>[0]['providerOptions']>;

interface Provider extends Omit<Client, 'connect' | 'finishReasons'> {
  model(url: string, id: string): LanguageModel;
  /** The option that turns thinking on. */
  readonly thinking: ProviderOptions;
  /** The option for stop sequences, if it is not `stopSequences`. */
  stopping?(sequence: string): ProviderOptions;
  /** Reads the server's message from an error whose own message is another one. */
  words?(error: APICallError): string | undefined;
}

const otherForm =
  'The error’s message is the name of its status, since the package expects errors in OpenAI’s form; the server’s message is in `responseBody`.';

const PROVIDERS: readonly Provider[] = [
  {
    name: 'ai, ollama-ai-provider-v2',
    marksErrors: false,
    remarks: {
      stop: 'Set it in `providerOptions`: the package does not send `stopSequences`.',
      'wrong model': otherForm,
      'signed out': otherForm,
      '429': otherForm,
    },
    model: (url, id) => createOllama({ baseURL: `${url}/api` })(id),
    thinking: { ollama: { think: true } },
    stopping: (sequence) => ({ ollama: { options: { stop: [sequence] } } }),
    words: ({ responseBody }) => responseBody,
  },
  {
    name: 'ai, @ai-sdk/openai',
    effort: 'high',
    marksErrors: false,
    lacks: { stop: 'OpenAI’s Responses API has no stop sequences.' },
    model: (url, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey: 'none' })(id),
    thinking: { openai: { forceReasoning: true, reasoningEffort: 'high', reasoningSummary: 'auto' } },
  },
  {
    name: 'ai, @ai-sdk/openai, chat',
    effort: 'high',
    marksErrors: false,
    lacks: { thinking: 'The provider does not read thinking from chat completions.' },
    model: (url, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey: 'none' }).chat(id),
    thinking: {},
  },
  {
    name: 'ai, @ai-sdk/openai-compatible',
    effort: 'high',
    marksErrors: false,
    model: (url, id) =>
      createOpenAICompatible({
        name: 'local',
        baseURL: `${url}/v1`,
        includeUsage: true,
        supportsStructuredOutputs: true,
      })(id),
    thinking: { local: { reasoningEffort: 'high' } },
  },
  {
    name: 'ai, @ai-sdk/anthropic',
    effort: 'high',
    marksErrors: true,
    model: (url, id) => createAnthropic({ baseURL: `${url}/v1`, apiKey: 'none' })(id),
    thinking: { anthropic: { thinking: { type: 'adaptive' }, effort: 'high' } },
  },
];

export const aiSdk: readonly Client[] = PROVIDERS.map((provider) => ({
  ...provider,
  finishReasons: { end: 'stop', stop: 'stop', length: 'length' },
  connect: (url) => connect(provider, url),
}));

function connect(provider: Provider, url: string): Connection {
  const optionsOf = ({ model = 'sonnet', system, think, stop, maxTokens, signal, ...asked }: Question) => ({
    model: provider.model(url, model),
    messages: messagesOf(asked),
    maxRetries: 0,
    ...(system !== undefined && { system }),
    ...(think && { providerOptions: provider.thinking }),
    ...(stop !== undefined &&
      (provider.stopping ? { providerOptions: provider.stopping(stop) } : { stopSequences: [stop] })),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(signal && { abortSignal: signal }),
  });
  return {
    chat: async (question) => answerOf(await generateText(optionsOf(question))),

    async stream(question, onText) {
      // Errors are thrown below; by default, the package also writes them to the console.
      const stream = streamText({ ...optionsOf(question), onError: () => {} });
      for await (const piece of stream.textStream) onText(piece);
      return answerOf(await ended(stream));
    },

    async runTools(question, tools) {
      const options = { ...optionsOf(question), tools: toolSet(tools), stopWhen: stepCountIs(5), onError: () => {} };
      return answerOf(await ended(streamText(options)));
    },

    object: async (question, schema) =>
      (await generateText({ ...optionsOf(question), output: Output.object({ schema }) })).output,

    refusal(error) {
      if (!APICallError.isInstance(error)) throw error;
      return { status: error.statusCode, message: provider.words?.(error) ?? error.message };
    },
  };
}

function messagesOf({ turns, image }: Pick<Question, 'turns' | 'image'>): ModelMessage[] {
  const messages: ModelMessage[] = turns.map(({ role, text }) => ({ role, content: text }));
  const asked = turns.at(-1);
  if (!asked || image === undefined) return messages;
  const content = [
    { type: 'text' as const, text: asked.text },
    { type: 'image' as const, image, mediaType: 'image/png' },
  ];
  return [...messages.slice(0, -1), { role: 'user', content }];
}

function toolSet(tools: readonly Tool[]) {
  return Object.fromEntries(
    tools.map(({ name, description, parameters, run }) => [
      name,
      tool({ description, inputSchema: parameters, execute: async (input) => run(input) }),
    ]),
  );
}

// The package warns of an unknown model name on every request.
globalThis.AI_SDK_LOG_WARNINGS = false;

interface Generated {
  readonly text: string;
  readonly reasoningText: string | undefined;
  readonly finishReason: string;
  readonly usage: { readonly inputTokens: number | undefined; readonly outputTokens: number | undefined };
}

/** The properties of a stream, which resolve when it has ended. @throws the error with which the stream failed. */
type Streamed = { readonly [Field in keyof Generated]: PromiseLike<Generated[Field]> };

async function ended({ text, reasoningText, finishReason, usage }: Streamed): Promise<Generated> {
  const [words, thoughts, reason, counts] = await Promise.all([text, reasoningText, finishReason, usage]);
  return { text: words, reasoningText: thoughts, finishReason: reason, usage: counts };
}

function answerOf({ text, reasoningText = '', finishReason, usage }: Generated): Answer {
  return {
    text,
    thinking: reasoningText,
    finish: finishReason,
    usage: { input: usage.inputTokens, output: usage.outputTokens },
  };
}
