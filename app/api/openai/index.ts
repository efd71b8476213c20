/** OpenAI's dialect, under `/v1` and, for users who leave that out of their base URL, without it. What is nobody's path is its too. */
import type { Dialect, Route } from '../dialect';
import { chatCompletionsRoute } from './chat/chatCompletions';
import { completionsRoute } from './chat/completions';
import { embeddingsRoute } from './embeddings';
import { errorObject } from './errorObject';
import { modelRoutes } from './models';
import { responsesRoute } from './responses/responses';

export const openai: Dialect = {
  name: 'openai',
  owns: () => true,
  fault: (fault) => ({ status: fault.status, body: errorObject(fault) }),
  routes: (services) => [
    ...[
      chatCompletionsRoute(services),
      completionsRoute(services),
      responsesRoute(services),
      embeddingsRoute,
      ...modelRoutes(services),
    ].flatMap(underBothRoots),
    {
      method: 'get',
      path: '/version',
      handle: () => ({ type: 'json', body: { name: 'claudacity', version: services.version } }),
    },
  ],
};

function underBothRoots(route: Route): Route[] {
  return [{ ...route, path: `/v1${route.path}` }, route];
}
