/** How hard the model thinks, and whether the answer includes its thinking. Chat clients get it unless they or the user refuse; others only if they request it. */
import { z } from 'zod';
import type { ChatRequest, Effort } from '../../chat/request';

/** OpenAI's efforts, and those that similar servers accept. */
const EFFORTS = {
  none: null,
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'max',
  ultra: 'max',
} as const satisfies Record<string, Effort | null>;

const effortNames = z.object(EFFORTS).keyof().options;
const EXPECTED = `must be one of ${effortNames.map((name) => `"${name}"`).join(', ')}`;
const effort = z.union([z.literal(''), z.enum(effortNames)], EXPECTED).nullish();

export const thinkingFields = {
  reasoning_effort: effort,
  reasoning: z.object({ effort, summary: z.string().nullish(), generate_summary: z.string().nullish() }).nullish(),
  think: z.union([z.boolean(), z.enum(effortNames)], EXPECTED.replace('one', 'true, false or one')).nullish(),
};

type ThinkingFields = z.output<z.ZodObject<typeof thinkingFields>>;

/** @param byDefault whether the answer includes thinking where the client says nothing about it. */
export function parseThinking(
  { reasoning_effort, reasoning, think }: ThinkingFields,
  byDefault = false,
): Pick<ChatRequest, 'thinking' | 'withoutThinking' | 'effort'> {
  const requested = reasoning_effort || reasoning?.effort || think;
  const summary = reasoning?.summary || reasoning?.generate_summary;
  if (requested === false || requested === 'none') return { thinking: false, withoutThinking: true };
  if (!requested) return { thinking: byDefault || Boolean(summary) };
  return requested === true ? { thinking: true } : { thinking: true, effort: EFFORTS[requested] };
}
