/** Anthropic's Messages API. Its clients list the models at OpenAI's `/v1/models`, whose objects have the fields of both APIs. */
import type { Dialect } from '../dialect';
import { withV1Alias } from '../v1Alias';
import { countTokensRoute } from './countTokens';
import { errorReply } from './errorObject';
import { messagesRoute } from './messages';

export const anthropic: Dialect = {
  name: 'anthropic',
  title: 'Anthropic',
  roots: ['/v1/messages', '/messages'],
  // The list of models, and what this app does not have, such as files and batches; not what only OpenAI's API has.
  sharedPaths: {
    header: 'anthropic-version',
    pattern: /^\/(?:v1|models)(?:\/(?!(?:chat|completions|responses|embeddings)(?:\/|$))|$)/,
  },
  fault: errorReply,
  routes: (services) => [messagesRoute(services), countTokensRoute(services)].flatMap(withV1Alias),
};
