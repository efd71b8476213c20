/** Parameters that change an answer and cannot be honoured here. A client that sends one is told so, never refused. */
import { z } from 'zod';

const anything = z.unknown().optional();

export const unhonouredFields = {
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

const NAMES = z.object(unhonouredFields).keyof().options;

/** Those that were sent with an effect. */
export function unhonoured(asked: z.output<z.ZodObject<typeof unhonouredFields>>): string[] {
  return NAMES.filter((name) => hasEffect(name, asked[name]));
}

/** Clients send many a parameter at the value that it has anyway. */
function hasEffect(name: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (Array.isArray(value))
    return value.length > 0 && !(name === 'modalities' && value.every((mode) => mode === 'text'));
  if (name.endsWith('_penalty') || name === 'top_logprobs') return value !== 0;
  if (name === 'best_of') return value !== 1;
  if (name === 'service_tier') return value !== 'auto' && value !== 'default';
  // Asks for a search also where it says no more about it.
  if (name === 'web_search_options') return true;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
