/** Anthropic's dialect: `/v1/messages` and, for users who leave `/v1` out of their base URL, `/messages`. Models are listed at paths that OpenAI's dialect shares. */
import type { Dialect } from '../dialect';
import { withV1Alias } from '../v1Alias';
import { countTokensRoute } from './countTokens';
import { errorReply } from './errorObject';
import { messagesRoute } from './messages';

export const anthropic: Dialect = {
  name: 'anthropic',
  title: 'Anthropic',
  roots: ['/v1/messages', '/messages'],
  fault: errorReply,
  routes: (services) => [messagesRoute(services), countTokensRoute(services)].flatMap(withV1Alias),
};
