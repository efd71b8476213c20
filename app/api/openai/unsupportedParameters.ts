/** Parameters that change OpenAI's answers and have no effect here. They are listed in the answer's headers, never refused. */
import { z } from 'zod';

const anything = z.unknown().optional();

export const unsupportedFields = {
  presence_penalty: anything,
  frequency_penalty: anything,
  logit_bias: anything,
  seed: anything,
  logprobs: anything,
  top_logprobs: anything,
  modalities: anything,
  audio: anything,
  prediction: anything,
  web_search_options: anything,
  verbosity: anything,
  best_of: anything,
  service_tier: anything,
};

const NAMES = z.object(unsupportedFields).keyof().options;

/** The names of the parameters in the body whose value would have had an effect. */
export function unsupportedParameters(body: z.output<z.ZodObject<typeof unsupportedFields>>): string[] {
  return NAMES.filter((name) => hasEffect(name, body[name]));
}

/** Clients often send parameters with their default values. */
function hasEffect(name: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (Array.isArray(value))
    return value.length > 0 && !(name === 'modalities' && value.every((mode) => mode === 'text'));
  if (name.endsWith('_penalty') || name === 'top_logprobs') return value !== 0;
  if (name === 'best_of') return value !== 1;
  if (name === 'service_tier') return value !== 'auto' && value !== 'default';
  // An empty object requests a web search, too.
  if (name === 'web_search_options') return true;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
