/** The parameters of a completion that change its answer. A client that sends one which is not honoured is told so, never refused. */
import { z } from 'zod';

export const parameters = {
  reasoning_effort: z.string().nullish(),
  reasoning: z.object({ effort: z.string().nullish() }).nullish(),
  tools: z.unknown(),
  functions: z.unknown(),
  response_format: z.unknown(),
  stop: z.unknown(),
  max_tokens: z.unknown(),
  max_completion_tokens: z.unknown(),
  temperature: z.unknown(),
  top_p: z.unknown(),
  presence_penalty: z.unknown(),
  frequency_penalty: z.unknown(),
  logit_bias: z.unknown(),
  seed: z.unknown(),
  logprobs: z.unknown(),
  modalities: z.unknown(),
  audio: z.unknown(),
  prediction: z.unknown(),
  web_search_options: z.unknown(),
  verbosity: z.unknown(),
};

export type Parameters = z.output<z.ZodObject<typeof parameters>>;

/** The parameters that were sent with an effect and have none here. */
export function ignored(asked: Parameters): string[] {
  const { reasoning_effort, reasoning, ...others } = asked;
  const effort = reasoning_effort ?? reasoning?.effort ?? 'none';
  return [
    ...Object.entries(others).flatMap(([name, value]) => (hasEffect(name, value) ? [name] : [])),
    ...(effort === 'none' || effort === '' ? [] : ['reasoning_effort']),
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
