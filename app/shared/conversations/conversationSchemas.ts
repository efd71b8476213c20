/** Checks what the window sends about conversations. */
import { z } from 'zod';
import type { ConversationFilter } from './conversationTexts';

/** As long as a title can be shown; line breaks become spaces where it is stored. */
export const conversationTitle = z.string().max(200);

export const exportFormat = z.enum(['markdown', 'json']);

const name = z.string().max(300);

export const conversationFilter: z.ZodType<ConversationFilter> = z.strictObject({
  text: z.string().max(500).optional(),
  client: name.optional(),
  model: name.optional(),
});
