/** The parameters of a completion that change its answer. A client that sends one which is not honoured is told so, never refused. */
import { z } from 'zod';

const anything = z.unknown().optional();

const others = {
  tools: anything,
  functions: anything,
  response_format: anything,
  stop: anything,
  max_tokens: anything,
  max_completion_tokens: anything,
  temperature: anything,
  top_p: anything,
  presence_penalty: anything,
  frequency_penalty: anything,
  logit_bias: anything,
  seed: anything,
  logprobs: anything,
  modalities: anything,
  audio: anything,
  prediction: anything,
  web_search_options: anything,
  verbosity: anything,
};

export const parameters = {
  ...others,
  reasoning_effort: z.string().nullish(),
  reasoning: z.object({ effort: z.string().nullish() }).nullish(),
};

const OTHERS = z.object(others).keyof().options;

export type Parameters = z.output<z.ZodObject<typeof parameters>>;

/** How hard the model is told to think; null where it is told nothing or not to. */
export function reasoningEffort({ reasoning_effort, reasoning }: Parameters): string | null {
  const effort = reasoning_effort ?? reasoning?.effort ?? '';
  return effort === '' || effort === 'none' ? null : effort;
}

/** The parameters that were sent with an effect and have none here. */
export function ignored(asked: Parameters): string[] {
  return [
    ...OTHERS.filter((name) => hasEffect(name, asked[name])),
    ...(reasoningEffort(asked) === null ? [] : ['reasoning_effort']),
  ];
}

/** Clients send many a parameter at the value that it has anyway. */
function hasEffect(name: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (Array.isArray(value))
    return value.length > 0 && !(name === 'modalities' && value.every((mode) => mode === 'text'));
  if (name === 'response_format') return !(typeof value === 'object' && 'type' in value && value.type === 'text');
  if (name.endsWith('_penalty')) return value !== 0;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
