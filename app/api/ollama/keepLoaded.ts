/**
 * A question without a text loads the model or, with `keep_alive` 0, unloads it. To load is to have a process ready,
 * to unload is to end the conversations that the model's processes hold.
 */
import { z } from 'zod';
import type { Chat, Model } from '../../chat/service';
import type { DialectServices, Reply } from '../dialect';

/** One JSON object, also where a stream was asked for. @param content the dialect's empty answer. */
export async function keepLoaded(
  name: string,
  model: Model,
  keep: z.output<typeof keepAlive>,
  content: object,
  services: DialectServices,
): Promise<Reply> {
  const unload = isZero(keep);
  if (unload) await unloadModel(model, services.chat);
  else services.warmUp?.(name);
  const reason = unload ? 'unload' : 'load';
  const body = { model: name, created_at: new Date().toISOString(), ...content, done: true, done_reason: reason };
  return { type: 'json', body };
}

/** One that is answering is left to end by itself. */
async function unloadModel(model: Model, chat: Chat): Promise<void> {
  for (const { id, model: held, phase } of chat.live()) {
    if (phase === 'idle' && (held === model.resolved || held === model.id)) await chat.end(id);
  }
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
