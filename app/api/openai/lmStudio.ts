/** LM Studio's own paths, by which JetBrains' AI Assistant looks for a server: OpenAI's dialect under `/api/v0`. */
import type { Model } from '../../chat/service';
import type { Dialect, DialectServices, Route } from '../dialect';
import { chatCompletionsRoute } from './chat/chatCompletions';
import { completionsRoute } from './chat/completions';
import { embeddingsRoute } from './embeddings';
import { errorObject } from './errorObject';

const ROOT = '/api/v0';

export const lmStudio: Dialect = {
  name: 'openai',
  owns: (path) => path === ROOT || path.startsWith(`${ROOT}/`),
  fault: (fault) => ({ status: fault.status, body: errorObject(fault) }),
  routes: (services) =>
    [chatCompletionsRoute(services), completionsRoute(services), embeddingsRoute, ...modelRoutes(services)].map(
      (route) => ({ ...route, path: `${ROOT}${route.path}` }),
    ),
};

function modelRoutes({ chat }: DialectServices): Route[] {
  const modelObject = (id: string, model: Model) => ({
    id,
    object: 'model',
    type: 'vlm',
    publisher: 'anthropic',
    arch: 'claude',
    compatibility_type: 'claude',
    quantization: 'none',
    state: chat.loadedModels().has(model.resolved) ? 'loaded' : 'not-loaded',
    max_context_length: model.contextLength,
  });
  return [
    {
      method: 'get',
      path: '/models',
      handle: async () => {
        const data = (await chat.models()).map((model) => modelObject(model.id, model));
        return { type: 'json', body: { object: 'list', data } };
      },
    },
    {
      method: 'get',
      path: '/models/*id',
      handle: async ({ params }) => {
        const id = params.id ?? '';
        return { type: 'json', body: modelObject(id, await chat.resolve(id)) };
      },
    },
  ];
}
