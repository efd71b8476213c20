/** How hard the model is to think, and whether the client wants to see it: OpenAI's clients do not expect to, so they have to ask. */
import { z } from 'zod';
import type { ChatRequest, Effort } from '../../chat/request';

/** OpenAI's words, and those that servers like this one have taken besides. */
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

const words = z.object(EFFORTS).keyof().options;
const WRONG = `must be one of ${words.map((word) => `"${word}"`).join(', ')}`;
const effort = z.union([z.literal(''), z.enum(words)], WRONG).nullish();

export const thinkingFields = {
  reasoning_effort: effort,
  reasoning: z.object({ effort, summary: z.string().nullish(), generate_summary: z.string().nullish() }).nullish(),
  think: z.union([z.boolean(), z.enum(words)], WRONG.replace('one', 'true, false or one')).nullish(),
};

type Asked = z.output<z.ZodObject<typeof thinkingFields>>;

export function thinkingOf({
  reasoning_effort,
  reasoning,
  think,
}: Asked): Pick<ChatRequest, 'thinking' | 'withoutThinking' | 'effort'> {
  const told = reasoning_effort || reasoning?.effort || think;
  const summary = reasoning?.summary || reasoning?.generate_summary;
  if (told === false || told === 'none') return { thinking: false, withoutThinking: true };
  if (!told) return { thinking: Boolean(summary) };
  return told === true ? { thinking: true } : { thinking: true, effort: EFFORTS[told] };
}
