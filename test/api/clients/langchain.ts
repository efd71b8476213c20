/** LangChain with each of its chat models that can use this server. The tools are run here, as in its documentation of models without agents. */
import { ChatAnthropic } from '@langchain/anthropic';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import {
  AIMessage,
  type AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { concat } from '@langchain/core/utils/stream';
import { ChatOllama } from '@langchain/ollama';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';
import type { Answer, Client, Connection, Question, Refusal, Tool } from './client';
import { ollamaRefusal } from './ollama';
import { openaiRefusal } from './openaiChat';

interface Provider extends Omit<Client, 'connect'> {
  model(url: string, question: Question): BaseChatModel;
  refusal(error: unknown): Refusal;
}

/** LangChain includes a copy of Anthropic's package, with its own error classes. */
const ApiError = z.object({ status: z.number(), message: z.string() });

const PROVIDERS: readonly Provider[] = [
  {
    name: '@langchain/ollama',
    continuesAfterAbort: true,
    remarks: {
      abort: 'The package ends the stream for its user but keeps the request open, so the model completes the answer.',
    },
    finishReasons: { end: 'stop', stop: 'stop', length: 'length' },
    marksErrors: false,
    model: (url, { model = 'sonnet', think, maxTokens }) =>
      new ChatOllama({
        baseUrl: url,
        model,
        maxRetries: 0,
        ...(think !== undefined && { think }),
        ...(maxTokens !== undefined && { numPredict: maxTokens }),
      }),
    refusal: ollamaRefusal,
  },
  {
    name: '@langchain/openai',
    finishReasons: { end: 'stop', stop: 'stop', length: 'length' },
    effort: 'high',
    marksErrors: false,
    remarks: {
      thinking:
        'With `useResponsesApi`, and `reasoning` in `modelKwargs`: the package itself sends it only for OpenAI’s model names.',
    },
    model: (url, { model = 'sonnet', think, maxTokens }) =>
      new ChatOpenAI({
        configuration: { baseURL: `${url}/v1` },
        apiKey: 'none',
        model,
        maxRetries: 0,
        ...(think && {
          useResponsesApi: true,
          modelKwargs: { reasoning: { effort: 'high', summary: 'auto' } },
        }),
        ...(maxTokens !== undefined && { maxTokens }),
      }),
    refusal: openaiRefusal,
  },
  {
    name: '@langchain/anthropic',
    finishReasons: { end: 'end_turn', stop: 'stop_sequence', length: 'max_tokens' },
    effort: 'high',
    marksErrors: false,
    remarks: {
      'tool error': 'The package does not mark the result as an error: the model recognises the error by its text.',
    },
    model: (url, { model = 'sonnet', think, maxTokens }) =>
      new ChatAnthropic({
        anthropicApiUrl: url,
        apiKey: 'none',
        model,
        maxRetries: 0,
        ...(think && { thinking: { type: 'adaptive' }, outputConfig: { effort: 'high' } }),
        ...(maxTokens !== undefined && { maxTokens }),
      }),
    refusal(error) {
      const { data } = ApiError.safeParse(error);
      if (data === undefined) throw error;
      return data;
    },
  },
];

export const langchain: readonly Client[] = PROVIDERS.map((provider) => ({
  ...provider,
  connect: (url) => connect(provider, url),
}));

function connect({ model, refusal }: Provider, url: string): Connection {
  return {
    chat: async (question) => answerOf(await model(url, question).invoke(messagesOf(question), optionsOf(question))),

    async stream(question, onText) {
      let whole: AIMessageChunk | undefined;
      for await (const chunk of await model(url, question).stream(messagesOf(question), optionsOf(question))) {
        if (chunk.text !== '') onText(chunk.text);
        whole = whole === undefined ? chunk : concat(whole, chunk);
      }
      if (whole === undefined) throw new Error('the stream was empty');
      return answerOf(whole);
    },

    async runTools(question, tools) {
      const bound = model(url, question).bindTools?.(tools.map(definition));
      if (bound === undefined) throw new Error('the model takes no tools');
      const messages = messagesOf(question);
      for (;;) {
        const answer = await bound.invoke(messages);
        messages.push(answer);
        if (!answer.tool_calls?.length) return answerOf(answer);
        for (const call of answer.tool_calls) messages.push(await resultOf(tools, call));
      }
    },

    object: (question, schema) => model(url, question).withStructuredOutput(schema).invoke(messagesOf(question)),

    refusal,
  };
}

function messagesOf({ system, turns, image }: Question): BaseMessage[] {
  const messages: BaseMessage[] = turns.map(({ role, text }) =>
    role === 'user' ? new HumanMessage(text) : new AIMessage(text),
  );
  const asked = turns.at(-1);
  if (asked && image !== undefined) {
    const image_url = { url: `data:image/png;base64,${image}` };
    messages.pop();
    messages.push(
      new HumanMessage({
        content: [
          { type: 'text', text: asked.text },
          { type: 'image_url', image_url },
        ],
      }),
    );
  }
  if (system !== undefined) messages.unshift(new SystemMessage(system));
  return messages;
}

function optionsOf({ stop, signal }: Question) {
  return { ...(stop !== undefined && { stop: [stop] }), ...(signal && { signal }) };
}

function definition({ name, description, parameters, run }: Tool) {
  return tool(async (input: unknown) => run(input), { name, description, schema: parameters });
}

type ToolCall = NonNullable<AIMessage['tool_calls']>[number];

async function resultOf(tools: readonly Tool[], call: ToolCall): Promise<BaseMessage> {
  const found = tools.find(({ name }) => name === call.name);
  if (found === undefined) throw new Error(`there is no tool ${call.name}`);
  try {
    return await definition(found).invoke({ ...call, type: 'tool_call' });
  } catch (error) {
    const content = `Error: ${error instanceof Error ? error.message : error}`;
    return new ToolMessage({ content, tool_call_id: call.id ?? '', status: 'error' });
  }
}

/** Each package has the finish reason under its dialect's name, and thinking if its dialect supports it. */
const metadata = z.object({
  done_reason: z.string().optional(),
  finish_reason: z.string().optional(),
  stop_reason: z.string().optional(),
});
const extras = z.object({
  stop_reason: z.string().optional(),
  reasoning_content: z.string().optional(),
  reasoning: z.object({ summary: z.array(z.object({ text: z.string() })) }).optional(),
});
const usage = z.object({ input_tokens: z.number(), output_tokens: z.number() });

function answerOf(message: AIMessage | AIMessageChunk): Answer {
  const { done_reason, finish_reason, stop_reason } = metadata.parse(message.response_metadata);
  const { reasoning_content = '', reasoning, stop_reason: streamed } = extras.parse(message.additional_kwargs);
  const counts = usage.optional().parse(message.usage_metadata);
  const blocks = Array.isArray(message.content) ? message.content : [];
  const inBlocks = blocks.map((block) => ('thinking' in block ? String(block.thinking) : ''));
  return {
    text: message.text,
    thinking: [reasoning_content, ...(reasoning?.summary ?? []).map(({ text }) => text), ...inBlocks].join(''),
    finish: done_reason ?? finish_reason ?? stop_reason ?? streamed,
    usage: { input: counts?.input_tokens, output: counts?.output_tokens },
  };
}
