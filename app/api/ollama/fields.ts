/** What the bodies of `/api/chat` and `/api/generate` have in common. */
import { z } from 'zod';
import type { ChatRequest, Sampling } from '../../chat/request';
import type { Model } from '../../chat/service';
import type { ApiRequest, DialectServices } from '../dialect';
import { conversationName, conversationNameFields } from '../input/conversationName';
import type { History } from '../input/history';
import { objectSchema } from '../input/objectSchema';
import { isTask } from '../openWebui/taskDetection';
import { keepAlive, keepAliveMs } from './loadModel';
import { effortOf, think, wantsThinking } from './thinking';
import { ignoredTools, tool, toolChoiceOf, toolsOf } from './tools';

export const modelField = z
  .string({ error: (issue) => (issue.input === undefined ? 'is required' : undefined) })
  .min(1, 'is required');

/** A body that names a model, under `name` too: older clients say that. */
export function modelBody<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(
    (body) => (typeof body === 'object' && body !== null && 'name' in body ? { model: body.name, ...body } : body),
    z.object({ ...shape, model: modelField }),
  );
}

/** `modelBody` as the documentation shows it, without the older spelling. */
export const documentedModelBody = z.object({ model: z.string() });

const number = z.number().nullish();

const options = z
  .looseObject({
    num_predict: number,
    stop: z.union([z.string(), z.array(z.string())], 'must be a text or a list of texts').nullish(),
    temperature: number,
    top_p: number,
    top_k: number,
  })
  .nullish();

export const questionFields = {
  ...conversationNameFields,
  model: modelField,
  stream: z.boolean().nullish(),
  think,
  keep_alive: keepAlive,
  format: z
    .union([z.literal(['', 'json']), z.record(z.string(), z.unknown())], 'must be "json" or a JSON schema')
    .nullish(),
  options,
  tools: z.array(tool).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0, 'must be 0 to 20').max(20, 'must be 0 to 20').nullish(),
  // None of these is part of Ollama's API. ollama-ai-provider-v2 sends the first two, Open WebUI the others for some of its calls.
  tool_choice: z.unknown().optional(),
  max_output_tokens: number,
  system: z.string().nullish(),
  num_predict: number,
};

export type QuestionFields = z.output<z.ZodObject<typeof questionFields>>;

/** Who asks. */
export type Asker = Pick<ApiRequest, 'client' | 'owner' | 'header'>;

/** What the user's settings say of a question. */
export type Allowances = Pick<DialectServices, 'sendsSampling' | 'fetchesImages'>;

/** @throws ChatError `invalid_request` for what the model cannot do or the API does not take. */
export function requestOf(
  asked: QuestionFields,
  told: History,
  { client, owner, header }: Asker,
  model: Model,
  { sendsSampling }: Allowances,
): ChatRequest {
  const tools = toolsOf(asked.tools);
  const hasTools = tools.length > 0;
  return {
    model: asked.model,
    ...told,
    client,
    thinking: wantsThinking(asked.think, asked.model, model),
    withoutThinking: asked.think === false,
    effort: effortOf(asked.think),
    owner,
    name: conversationName(asked, header),
    ephemeral: isTask({ ...told, stream: asked.stream ?? true, hasTools }, header),
    tools: hasTools ? tools : undefined,
    toolChoice: hasTools ? toolChoiceOf(asked.tool_choice, tools) : undefined,
    schema: schemaOf(asked.format),
    maxTokens: maxTokensOf(asked),
    stop: stopsOf(asked).filter(isVisible),
    sampling: sendsSampling() ? samplingOf(asked) : undefined,
    keepAliveMs: keepAliveMs(asked.keep_alive),
  };
}

/** The schema of the answer; undefined where it has none. @throws ChatError `invalid_request` for one that the API does not take. */
export function schemaOf(format: QuestionFields['format']): ChatRequest['schema'] {
  if (format === undefined || format === null || format === '') return undefined;
  return format === 'json' ? { type: 'object' } : objectSchema(format, 'format');
}

/** More than any model writes; the CLI takes no number that is not written out in digits. */
const MOST_TOKENS = 2 ** 31 - 1;

/** A negative number means no limit. */
function maxTokensOf({ options, num_predict, max_output_tokens }: QuestionFields): number | undefined {
  const limit = options?.num_predict ?? num_predict ?? max_output_tokens ?? -1;
  return limit < 1 ? undefined : Math.min(Math.floor(limit), MOST_TOKENS);
}

function stopsOf({ options }: QuestionFields): string[] {
  const stop = options?.stop ?? [];
  return [stop].flat().filter((sequence) => sequence !== '');
}

/** The API takes no sequence that is nothing but white space. */
function isVisible(sequence: string): boolean {
  return sequence.trim() !== '';
}

function samplingOf({ options }: QuestionFields): Sampling | undefined {
  const { temperature, top_p, top_k } = options ?? {};
  const sampling = {
    ...(isSet(temperature) && { temperature }),
    ...(isSet(top_p) && { topP: top_p }),
    ...(isSet(top_k) && { topK: top_k }),
  };
  return Object.keys(sampling).length > 0 ? sampling : undefined;
}

/** The parameters that were sent with an effect and have none here. */
export function ignored(asked: QuestionFields, { sendsSampling }: Allowances): string[] {
  const names = sendsSampling() ? OTHERS : [...SAMPLING, ...OTHERS];
  const tools = toolsOf(asked.tools);
  const choice = asked.tool_choice ?? undefined;
  return [
    ...ignoredTools(asked.tools ?? []),
    ...(tools.length > 0 && choice !== undefined && toolChoiceOf(choice, tools) === undefined ? ['tool_choice'] : []),
    ...(asked.logprobs ? ['logprobs'] : []),
    ...(stopsOf(asked).every(isVisible) ? [] : ['stop']),
    ...names.filter((name) => isSet(asked.options?.[name])),
  ];
}

const SAMPLING = ['temperature', 'top_p', 'top_k'];

/** Options that change an answer elsewhere and never here. Those left, such as `num_ctx` and `num_gpu`, are about the machine. */
const OTHERS = [
  ...['min_p', 'typical_p', 'seed', 'repeat_penalty', 'repeat_last_n', 'presence_penalty', 'frequency_penalty'],
  'mirostat',
];

/** A negative number means any seed, or a default. */
function isSet(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}
