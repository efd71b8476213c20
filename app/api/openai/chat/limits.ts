/** Where an answer ends before its end, and how freely it is written. */
import { z } from 'zod';
import type { ChatRequest, Sampling } from '../../../chat/request';

/** LM Studio's clients write -1 for no limit. */
export const tokenLimit = z
  .number()
  .refine(
    (value) => value === -1 || (Number.isSafeInteger(value) && value >= 1),
    'must be a whole number of at least 1',
  )
  .nullish();

export const stopField = z
  .union([z.string(), z.array(z.string())], 'must be a text or a list of texts')
  .refine((stop) => typeof stop === 'string' || stop.length <= 4, 'must hold at most 4 sequences')
  .nullish();

export const samplingFields = {
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  // Not OpenAI's; clients of many servers send it.
  top_k: z.number().nullish(),
};

/** A part of the request, and the names of those parameters in it that could not be honoured. */
export interface Honoured<Part> {
  readonly part: Part;
  readonly ignored: readonly string[];
}

export function maxTokens(...limits: (number | null | undefined)[]): Pick<ChatRequest, 'maxTokens'> {
  const limit = limits.find((value) => typeof value === 'number');
  return limit === undefined || limit < 0 ? {} : { maxTokens: limit };
}

/** The API takes no sequence of white space alone. */
export function stopSequences(stop: z.output<typeof stopField>): Honoured<Pick<ChatRequest, 'stop'>> {
  const asked = [stop ?? []].flat().filter((sequence) => sequence !== '');
  const taken = asked.filter((sequence) => sequence.trim() !== '');
  return { part: taken.length > 0 ? { stop: taken } : {}, ignored: taken.length < asked.length ? ['stop'] : [] };
}

/** @param sends whether the user wants them sent; today's models refuse them. */
export function samplingOf(
  { temperature, top_p, top_k }: z.output<z.ZodObject<typeof samplingFields>>,
  sends: boolean,
): Honoured<Pick<ChatRequest, 'sampling'>> {
  const sampling: Sampling = {
    ...(isNumber(temperature) && { temperature }),
    ...(isNumber(top_p) && { topP: top_p }),
    ...(isNumber(top_k) && { topK: top_k }),
  };
  if (Object.keys(sampling).length === 0) return { part: {}, ignored: [] };
  if (sends) return { part: { sampling }, ignored: [] };
  const given = { temperature, top_p, top_k };
  return { part: {}, ignored: Object.entries(given).flatMap(([name, value]) => (isNumber(value) ? [name] : [])) };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
