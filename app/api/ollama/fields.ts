/** The fields that the bodies of `/api/chat` and `/api/generate` have in common, and the `ChatRequest` that they become. */
import { z } from 'zod';
import type { ChatRequest, Sampling } from '../../chat/request';
import type { Model } from '../../chat/service';
import type { ClientContext, RequestSettings } from '../dialect';
import { boundedArray, MOST } from '../input/boundedArray';
import { conversationName, conversationNameFields } from '../input/conversationName';
import type { History } from '../input/history';
import { jsonSchemaField, objectSchema } from '../input/objectSchema';
import { headerWord } from '../input/unreadFields';
import { taskFields } from '../openWebui/taskDetection';
import { keepAlive, keepAliveMs } from './loadModel';
import { showsThinking, think, thinkingEffort } from './thinking';
import { parseToolChoice, parseTools, tool } from './tools';

export const modelField = z
  .string({ error: ({ input }) => (input === undefined || input === null ? 'is required' : undefined) })
  .min(1, 'is required');

/**
 * The schema of a body with a model, which older clients and the `ollama` command send as `name`. The command sends both, one of them
 * empty, as Go writes fields without a value.
 */
export function modelBody<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(
    (body) => (typeof body === 'object' && body !== null ? { ...body, model: modelOf(body) } : body),
    z.object({ ...shape, name: z.string().nullish(), model: modelField }),
  );
}

function modelOf(body: { model?: unknown; name?: unknown }): unknown {
  return [body.model, body.name].find((value) => value !== undefined && value !== null && value !== '') ?? body.model;
}

/** `modelBody` as the documentation shows it. */
export function documentedModelBody<Shape extends z.ZodRawShape>(shape: Shape) {
  const name = z.string().nullish();
  const isNamed = (field: string) => ({ required: [field], properties: { [field]: { type: 'string', minLength: 1 } } });
  return z
    .object({ model: name, name: name.describe('An older name of `model`.'), ...shape })
    .meta({ anyOf: ['model', 'name'].map(isNamed) });
}

const number = z.number().nullish();

const options = z
  .looseObject({
    num_predict: number,
    stop: z.union([z.string(), boundedArray(z.string(), MOST.texts)], 'must be a text or a list of texts').nullish(),
    temperature: number,
    top_p: number,
    top_k: number,
  })
  .nullish();

export const requestFields = {
  ...conversationNameFields,
  model: modelField,
  stream: z.boolean().nullish(),
  think,
  keep_alive: keepAlive,
  format: z.union([z.literal(['', 'json']), jsonSchemaField], 'must be "json" or a JSON schema').nullish(),
  options,
  tools: boundedArray(tool, MOST.tools).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0, 'must be 0 to 20').max(20, 'must be 0 to 20').nullish(),
  // Not part of Ollama's API: ollama-ai-provider-v2 sends the first two, Open WebUI the others with some of its requests.
  tool_choice: z.unknown().optional(),
  max_output_tokens: number,
  system: z.string().nullish(),
  num_predict: number,
};

export type RequestFields = z.output<z.ZodObject<typeof requestFields>>;

/** @throws ChatError `invalid_request` for a parameter that the model or the API does not support. */
export function buildChatRequest(
  body: RequestFields,
  history: History,
  { client, owner, header }: ClientContext,
  model: Model,
  settings: RequestSettings,
): ChatRequest {
  const tools = parseTools(body.tools);
  const hasTools = tools.length > 0;
  return {
    model: body.model,
    ...history,
    client,
    thinking: showsThinking(body.think, body.model, model),
    withoutThinking: body.think === false,
    effort: thinkingEffort(body.think),
    owner,
    name: conversationName(body, header),
    tools: hasTools ? tools : undefined,
    toolChoice: hasTools ? parseToolChoice(body.tool_choice, body.tools) : undefined,
    schema: parseFormat(body.format),
    maxTokens: parseMaxTokens(body),
    stop: stopSequences(body).filter(isVisible),
    sampling: settings.sendsSampling() ? parseSampling(body) : undefined,
    keepAliveMs: keepAliveMs(body.keep_alive),
    ...taskFields({ ...history, stream: body.stream ?? true, hasTools }, header, settings),
  };
}

/** The JSON schema of the answer; undefined where any text will do. @throws ChatError `invalid_request` for a schema that the API does not support. */
export function parseFormat(format: RequestFields['format']): ChatRequest['schema'] {
  if (format === undefined || format === null || format === '') return undefined;
  return format === 'json' ? { type: 'object' } : objectSchema(format, 'format');
}

/** More than any model writes. The CLI does not parse larger numbers, which JavaScript writes with an exponent. */
const MAX_TOKENS = 2 ** 31 - 1;

/** A negative number means no limit. */
function parseMaxTokens({ options, num_predict, max_output_tokens }: RequestFields): number | undefined {
  const limit = options?.num_predict ?? num_predict ?? max_output_tokens ?? -1;
  return limit < 1 ? undefined : Math.min(Math.floor(limit), MAX_TOKENS);
}

function stopSequences({ options }: RequestFields): string[] {
  const stop = options?.stop ?? [];
  return [stop].flat().filter((sequence) => sequence !== '');
}

/** The API refuses a stop sequence of white space only. */
function isVisible(sequence: string): boolean {
  return sequence.trim() !== '';
}

function parseSampling({ options }: RequestFields): Sampling | undefined {
  const { temperature, top_p, top_k } = options ?? {};
  const sampling = {
    ...(isSet(temperature) && { temperature }),
    ...(isSet(top_p) && { topP: top_p }),
    ...(isSet(top_k) && { topK: top_k }),
  };
  return Object.keys(sampling).length > 0 ? sampling : undefined;
}

/** The parameters that the client sent and that would have changed an answer of Ollama's, but have no effect here. */
export function ignoredParameters(body: RequestFields, settings: RequestSettings): string[] {
  const hasTools = (body.tools ?? []).length > 0;
  const choice = body.tool_choice ?? undefined;
  return [
    ...(hasTools && choice !== undefined && parseToolChoice(choice, body.tools) === undefined ? ['tool_choice'] : []),
    ...(body.logprobs ? ['logprobs'] : []),
    ...(body.top_logprobs ? ['top_logprobs'] : []),
    ...(stopSequences(body).every(isVisible) ? [] : ['stop']),
    ...ignoredOptions(body.options ?? {}, settings),
  ];
}

/** Any option may be new or a client's own, so all are named that have no effect here. */
function ignoredOptions(options: NonNullable<RequestFields['options']>, { sendsSampling }: RequestSettings): string[] {
  const read = new Set([...['num_predict', 'stop'], ...(sendsSampling() ? SAMPLING_OPTIONS : [])]);
  const sent = Object.entries(options).flatMap(([name, value]) => (isSet(value) || value === true ? [name] : []));
  return sent.filter((name) => !read.has(name)).map(headerWord);
}

const SAMPLING_OPTIONS = ['temperature', 'top_p', 'top_k'];

/** Clients send a negative number for a random seed, or for a default. */
function isSet(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}
