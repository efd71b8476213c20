/**
 * A question without a text loads the model or, with `keep_alive` 0, unloads it. To load is to have a process ready,
 * to unload is to end the conversations that the model's processes hold.
 */
import { z } from 'zod';
import type { Model } from '../../chat/service';
import type { DialectServices, RouteReply } from '../dialect';

/** One JSON object, also where a stream was asked for. @param content the dialect's empty answer. */
export async function keepLoaded(
  name: string,
  model: Model,
  keep: z.output<typeof keepAlive>,
  content: object,
  services: DialectServices,
): Promise<RouteReply> {
  const unload = isZero(keep);
  if (unload) await services.chat.unloadModel(model);
  else services.chat.loadModel(model, keepAliveMs(keep));
  const reason = unload ? 'unload' : 'load';
  const body = { model: name, created_at: new Date().toISOString(), ...content, done: true, done_reason: reason };
  return { type: 'json', body };
}

const UNIT = '(\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)';
const DURATION = new RegExp(`^[-+]?(0|(${UNIT})+)$`);

const error = 'must be a number of seconds or a duration such as "5m"';

/** A number of seconds, or a duration as Go writes it. A bare `-1` in quotes is common enough for Ollama to take it. */
export const keepAlive = z
  .union([z.number(), z.string().refine((text) => text === '' || text === '-1' || DURATION.test(text), { error })], {
    error,
  })
  .nullish();

function isZero(keep: z.output<typeof keepAlive>): boolean {
  return typeof keep === 'string' ? keep !== '' && !/[1-9]/.test(keep) : keep === 0;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** In ms; Infinity for a negative one, undefined where the client leaves it to the server. */
export function keepAliveMs(keep: z.output<typeof keepAlive>): number | undefined {
  if (keep === undefined || keep === null || keep === '') return undefined;
  if (typeof keep === 'number') return keep < 0 ? Number.POSITIVE_INFINITY : keep * 1_000;
  if (keep.startsWith('-')) return isZero(keep) ? 0 : Number.POSITIVE_INFINITY;
  const parts = keep.matchAll(/([\d.]+)([a-zµμ]+)/g);
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}
