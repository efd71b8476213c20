/** Token limits, stop sequences and sampling parameters. */
import { z } from 'zod';
import type { ChatRequest, Sampling } from '../../../chat/request';
import { boundedArray, MOST } from '../../input/boundedArray';
import { documentAs } from '../../input/documentAs';

/** -1 means no limit, for clients of LM Studio. */
const WHOLE = 'must be a whole number of at least 1';

export const tokenLimit = z.union([z.literal(-1), z.int(WHOLE).min(1, WHOLE)], WHOLE).nullish();

export const stopField = documentAs(
  z
    .union([z.string(), boundedArray(z.string(), MOST.texts)], 'must be a text or a list of texts')
    .refine((stop) => typeof stop === 'string' || stop.length <= 4, 'must hold at most 4 sequences'),
  z.union([z.string(), z.array(z.string()).max(4)]),
).nullish();

export const samplingFields = {
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  // Not part of OpenAI's API, but common among clients that support several servers.
  top_k: z.number().nullish(),
};

/** The fields of a `ChatRequest` that parameters became, and the names of the parameters that have no effect. */
export interface ParsedFields<Fields> {
  readonly parsed: Fields;
  readonly ignored: readonly string[];
}

/** @param limits in order of precedence. */
export function parseMaxTokens(...limits: (number | null | undefined)[]): Pick<ChatRequest, 'maxTokens'> {
  const limit = limits.find((value) => typeof value === 'number');
  return limit === undefined || limit < 0 ? {} : { maxTokens: limit };
}

/** The API refuses a stop sequence of white space only. */
export function parseStop(stop: z.output<typeof stopField>): ParsedFields<Pick<ChatRequest, 'stop'>> {
  const sequences = [stop ?? []].flat().filter((sequence) => sequence !== '');
  const supported = sequences.filter((sequence) => sequence.trim() !== '');
  return {
    parsed: supported.length > 0 ? { stop: supported } : {},
    ignored: supported.length < sequences.length ? ['stop'] : [],
  };
}

/** @param sendsSampling whether the user's settings allow sampling parameters, which current models refuse. */
export function parseSampling(
  { temperature, top_p, top_k }: z.output<z.ZodObject<typeof samplingFields>>,
  sendsSampling: boolean,
): ParsedFields<Pick<ChatRequest, 'sampling'>> {
  const sampling: Sampling = {
    ...(isNumber(temperature) && { temperature }),
    ...(isNumber(top_p) && { topP: top_p }),
    ...(isNumber(top_k) && { topK: top_k }),
  };
  if (Object.keys(sampling).length === 0) return { parsed: {}, ignored: [] };
  if (sendsSampling) return { parsed: { sampling }, ignored: [] };
  const parameters = { temperature, top_p, top_k };
  return {
    parsed: {},
    ignored: Object.entries(parameters).flatMap(([name, value]) => (isNumber(value) ? [name] : [])),
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
