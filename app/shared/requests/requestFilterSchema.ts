/** Checks a filter that the window sends. */
import { z } from 'zod';
import { REQUEST_OUTCOMES } from './outcomes';
import type { RequestFilter } from './requestFilter';

const name = z.string().max(300);
const names = z.array(name).max(100).optional();

export const requestFilter: z.ZodType<RequestFilter> = z.strictObject({
  text: z.string().max(500).optional(),
  clients: names,
  keys: names,
  dialects: names,
  models: names,
  outcomes: z.array(z.enum(REQUEST_OUTCOMES)).optional(),
  served: z.array(z.enum(['new', 'replay', 'rewind', 'live'])).optional(),
  conversation: name.optional(),
  since: z.number().optional(),
  until: z.number().optional(),
  onlyAnswers: z.boolean().optional(),
});
