/** Ollama's own API, at `/` and `/api`. */
import type { Dialect } from '../dialect';
import { accountRoutes } from './account';
import { chatRoute } from './chat';
import { embeddingRoutes } from './embeddings';
import { generateRoute } from './generate';
import { modelFileRoutes } from './modelFiles';
import { modelRoutes } from './models';
import { pullRoute } from './pull';

/**
 * The version of Ollama whose API this dialect follows. Clients compare it and expect numbers and dots only, so it cannot be this
 * app's version, which every response carries in `X-Claudacity-Version`.
 */
const OLLAMA_VERSION = '0.24.0';

export const ollama: Dialect = {
  name: 'ollama',
  title: 'Ollama',
  roots: ['/', '/api'],
  // For 401, editors and the `ollama` command ask their user to sign in to Ollama instead of showing the message.
  fault: ({ status, code, message }) => ({
    status: status === 401 && code !== 'no_account' ? 403 : status,
    body: { error: message },
  }),
  routes: (services) => [
    {
      method: 'get',
      path: '/',
      docs: { summary: 'Reports that the server runs', textType: 'text/plain' },
      scope: 'any',
      handle: () => ({ type: 'text', text: 'Ollama is running' }),
    },
    {
      method: 'get',
      path: '/api/version',
      docs: { summary: 'The version of Ollama whose API is served', answer: { version: OLLAMA_VERSION } },
      scope: 'any',
      handle: () => ({ type: 'json', body: { version: OLLAMA_VERSION } }),
    },
    ...modelRoutes(services),
    chatRoute(services),
    generateRoute(services),
    pullRoute(),
    ...modelFileRoutes(),
    ...embeddingRoutes(),
    ...accountRoutes(),
  ],
};
