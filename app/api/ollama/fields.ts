/** What the bodies of `/api/chat` and `/api/generate` have in common. */
import { z } from 'zod';
import type { ChatRequest } from '../../chat/request';
import { conversationName, isTask, nameFields } from '../conversationName';
import type { Call } from '../dialect';
import type { History } from '../history';
import { keepAlive, keepAliveMs } from './keepLoaded';
import { think } from './thinking';

export const modelField = z
  .string({ error: (issue) => (issue.input === undefined ? 'is required' : undefined) })
  .min(1, 'is required');

export const questionFields = {
  ...nameFields,
  model: modelField,
  stream: z.boolean().nullish(),
  think,
  keep_alive: keepAlive,
  format: z
    .union([z.literal(['', 'json']), z.record(z.string(), z.unknown())], 'must be "json" or a JSON schema')
    .nullish(),
  options: z.record(z.string(), z.unknown()).nullish(),
  tools: z.array(z.unknown()).nullish(),
  // Not part of Ollama's API; Open WebUI puts both there for some of its calls.
  system: z.string().nullish(),
  num_predict: z.unknown().optional(),
  logprobs: z.boolean().nullish(),
};

export type QuestionFields = z.output<z.ZodObject<typeof questionFields>>;

/** Who asks. */
export type Asker = Pick<Call, 'client' | 'owner' | 'header'>;

export function requestOf(
  asked: QuestionFields,
  told: History,
  { client, owner, header }: Asker,
  thinking: boolean,
): ChatRequest {
  const hasTools = (asked.tools ?? []).length > 0;
  return {
    model: asked.model,
    ...told,
    client,
    thinking,
    owner,
    name: conversationName(asked, header),
    ephemeral: isTask({ ...told, stream: asked.stream ?? true, hasTools }, header),
    keepAliveMs: keepAliveMs(asked.keep_alive),
  };
}

/** The parameters that were sent with an effect and have none here. */
export function ignored(asked: QuestionFields): string[] {
  const options = Object.entries({ num_predict: asked.num_predict, ...asked.options });
  return [
    ...((asked.tools ?? []).length > 0 ? ['tools'] : []),
    ...(asked.format === undefined || asked.format === null || asked.format === '' ? [] : ['format']),
    ...(typeof asked.think === 'string' ? ['think'] : []),
    ...(asked.logprobs ? ['logprobs'] : []),
    ...options.filter(([name, value]) => OPTIONS.has(name) && isSet(value)).map(([name]) => name),
  ];
}

/** Options that change an answer. The others, such as `num_ctx` and `num_gpu`, are about the machine. */
const OPTIONS: ReadonlySet<string> = new Set([
  ...['num_predict', 'stop', 'temperature', 'top_p', 'top_k', 'min_p', 'typical_p', 'seed'],
  ...['repeat_penalty', 'repeat_last_n', 'presence_penalty', 'frequency_penalty', 'mirostat'],
]);

/** A negative number means no limit, or any seed. */
function isSet(value: unknown): boolean {
  if (typeof value === 'number') return value >= 0;
  return value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);
}
