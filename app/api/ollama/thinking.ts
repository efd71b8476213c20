/** `think`: whether the client wants to see the model's thinking, and how hard the model thinks. */
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
 * Whether the answer includes the model's thinking. An absent `think` means yes where the model supports it, as with Ollama. `false`
 * is accepted for every model, since ollama-ai-provider-v2 always sends it.
 * @throws ChatError `invalid_request` where the client requests thinking and the model does not support it.
 */
export function showsThinking(value: z.output<typeof think>, name: string, model: Model): boolean {
  const thinking = value ?? model.supportsThinking;
  if (thinking !== false && !model.supportsThinking) {
    throw new ChatError('invalid_request', `"${name}" does not support thinking`, { param: 'think' });
  }
  return thinking !== false;
}

export function thinkingEffort(value: z.output<typeof think>): Effort | undefined {
  return typeof value === 'string' ? value : undefined;
}
