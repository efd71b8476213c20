/** How hard the model thinks, and whether the answer includes its thinking. OpenAI's clients do not expect thinking, so only those that request it get it. */
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

export function parseThinking({
  reasoning_effort,
  reasoning,
  think,
}: ThinkingFields): Pick<ChatRequest, 'thinking' | 'withoutThinking' | 'effort'> {
  const requested = reasoning_effort || reasoning?.effort || think;
  const summary = reasoning?.summary || reasoning?.generate_summary;
  if (requested === false || requested === 'none') return { thinking: false, withoutThinking: true };
  if (!requested) return { thinking: Boolean(summary) };
  return requested === true ? { thinking: true } : { thinking: true, effort: EFFORTS[requested] };
}
