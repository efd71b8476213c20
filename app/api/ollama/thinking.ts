/** `think`: whether the model's thinking is asked for, and how hard it is to think. */
import { z } from 'zod';
import { ChatError } from '../../chat/errors';
import type { Effort } from '../../chat/request';
import type { Model } from '../../chat/service';

export const think = z
  .union(
    [z.boolean(), z.literal(['low', 'medium', 'high', 'max'])],
    'must be true, false, "low", "medium", "high" or "max"',
  )
  .nullish();

/**
 * Absent means yes where the model can, as with Ollama; `false` is taken for every model, since ollama-ai-provider-v2 always sends it.
 * @throws ChatError `invalid_request` when it is asked of a model that cannot.
 */
export function wantsThinking(asked: z.output<typeof think>, name: string, model: Model): boolean {
  const wanted = asked ?? model.supportsThinking;
  if (wanted !== false && !model.supportsThinking) {
    throw new ChatError('invalid_request', `"${name}" does not support thinking`, { param: 'think' });
  }
  return wanted !== false;
}

export function effortOf(asked: z.output<typeof think>): Effort | undefined {
  return typeof asked === 'string' ? asked : undefined;
}
