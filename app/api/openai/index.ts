/** OpenAI's API: models, chat completions, completions and responses. */
import type { Dialect } from '../dialect';
import { withV1Alias } from '../v1Alias';
import { chatCompletionsRoute } from './chat/chatCompletions';
import { completionsRoute } from './chat/completions';
import { embeddingsRoute } from './embeddings';
import { errorObject } from './errorObject';
import { modelRoutes } from './models';
import { responsesRoute } from './responses/responses';

export const openai: Dialect = {
  name: 'openai',
  title: 'OpenAI',
  roots: ['/v1'],
  fault: (fault) => ({ status: fault.status, body: errorObject(fault) }),
  routes: (services) => [
    ...[
      chatCompletionsRoute(services),
      completionsRoute(services),
      responsesRoute(services),
      embeddingsRoute,
      ...modelRoutes(),
    ].flatMap(withV1Alias),
    {
      method: 'get',
      path: '/version',
      docs: { summary: 'The version of this app' },
      scope: 'any',
      handle: () => ({ type: 'json', body: { name: 'claudacity', version: services.version } }),
    },
  ],
};
