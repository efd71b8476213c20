/**
 * A request without messages or a prompt loads the model or, with `keep_alive: 0`, unloads it. Loading starts a CLI process for the
 * model; unloading ends the conversations in the model's processes.
 */
import { z } from 'zod';
import type { Model } from '../../chat/service';
import type { DialectServices, RouteReply } from '../dialect';

/**
 * Answers with one JSON object, also where the client requested a stream, as Ollama does.
 * @param content the route's empty answer, @param owner the request's, for whom the model is loaded, and whose conversations unloading ends.
 */
export async function loadModel(
  { model: name, keep_alive: keepAliveValue }: { model: string; keep_alive?: z.output<typeof keepAlive> },
  model: Model,
  content: object,
  { chat }: DialectServices,
  owner: string,
): Promise<RouteReply> {
  const unload = isZero(keepAliveValue);
  if (unload) await chat.unloadModel(model, owner);
  else chat.loadModel(model, owner, keepAliveMs(keepAliveValue));
  const reason = unload ? 'unload' : 'load';
  const body = { model: name, created_at: new Date().toISOString(), ...content, done: true, done_reason: reason };
  return { type: 'json', body };
}

const UNIT = '(\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)';
const DURATION = new RegExp(`^(-1|[-+]?(0|(${UNIT})+))?$`);

const error = 'must be a number of seconds or a duration such as "5m"';

/** A number of seconds, or a duration in Go's notation. Ollama also accepts `"-1"`, which many clients send. */
export const keepAlive = z.union([z.number(), z.string().regex(DURATION, { error })], { error }).nullish();

function isZero(keepAliveValue: z.output<typeof keepAlive>): boolean {
  return typeof keepAliveValue === 'string'
    ? keepAliveValue !== '' && !/[1-9]/.test(keepAliveValue)
    : keepAliveValue === 0;
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

/** Milliseconds; Infinity for a negative duration, undefined where the client leaves it to the server. */
export function keepAliveMs(keepAliveValue: z.output<typeof keepAlive>): number | undefined {
  if (keepAliveValue === undefined || keepAliveValue === null || keepAliveValue === '') return undefined;
  if (typeof keepAliveValue === 'number') return keepAliveValue < 0 ? Number.POSITIVE_INFINITY : keepAliveValue * 1_000;
  if (keepAliveValue.startsWith('-')) return isZero(keepAliveValue) ? 0 : Number.POSITIVE_INFINITY;
  const parts = keepAliveValue.matchAll(/([\d.]+)([a-zµμ]+)/g);
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}
