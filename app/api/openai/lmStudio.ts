/** LM Studio's API at `/api/v0`, with which JetBrains' AI Assistant finds a server. Its completions have OpenAI's form. */
import type { Model } from '../../chat/service';
import type { Dialect, DialectServices, Route } from '../dialect';
import { chatCompletionsRoute } from './chat/chatCompletions';
import { completionsRoute } from './chat/completions';
import { embeddingsRoute } from './embeddings';
import { errorObject } from './errorObject';

const ROOT = '/api/v0';

export const lmStudio: Dialect = {
  name: 'openai',
  title: 'OpenAI',
  roots: [ROOT],
  fault: (fault) => ({ status: fault.status, body: errorObject(fault) }),
  routes: (services) =>
    [
      forLmStudio(chatCompletionsRoute(services)),
      forLmStudio(completionsRoute(services)),
      embeddingsRoute,
      ...modelRoutes(services),
    ].map((route) => ({ ...route, path: `${ROOT}${route.path}` })),
};

/** The documentation shows OpenAI's answers once, at OpenAI's own paths. */
function forLmStudio(route: Route): Route {
  const { answer: _, ...docs } = route.docs ?? { summary: '' };
  return { ...route, docs: { ...docs, summary: `${docs.summary}, for clients of LM Studio` } };
}

function modelRoutes({ chat }: DialectServices): Route[] {
  const modelObject = (id: string, model: Model, owner: string) => ({
    id,
    object: 'model',
    type: 'vlm',
    publisher: 'anthropic',
    arch: 'claude',
    compatibility_type: 'claude',
    quantization: 'none',
    state: chat.loadedModels(owner).has(model.resolved) ? 'loaded' : 'not-loaded',
    max_context_length: model.contextLength,
  });
  return [
    {
      method: 'get',
      path: '/models',
      docs: { summary: 'Lists the models, as LM Studio does' },
      handle: async ({ models, owner }) => {
        const data = (await models.list()).map((model) => modelObject(model.id, model, owner));
        return { type: 'json', body: { object: 'list', data } };
      },
    },
    {
      method: 'get',
      path: '/models/*id',
      docs: { summary: 'Describes a model, as LM Studio does' },
      handle: async ({ params, models, owner }) => {
        const id = params.id ?? '';
        return { type: 'json', body: modelObject(id, await models.resolve(id), owner) };
      },
    },
  ];
}
