/** All routes that are served, asked of the dialects themselves: a new one is fuzzed without anybody thinking of it. */
import type { DialectServices, Route } from '../../app/api/dialect';
import { dialects } from '../../app/api/dialectTable';

export type ServedRoute = Pick<Route, 'method' | 'path' | 'hasBody'>;

export function servedRoutes(): readonly ServedRoute[] {
  return dialects.flatMap((dialect) => dialect.routes(unasked));
}

function never(): never {
  throw new Error('only the paths are looked at');
}

const unasked: DialectServices = {
  chat: {
    ask: never,
    models: never,
    resolveModel: never,
    loadModel: never,
    unloadModel: never,
    loadedModels: never,
    liveConversations: never,
    rateLimits: never,
    poolState: never,
    processMemory: never,
    endConversation: never,
  },
  journal: { onChange: () => () => {}, details: () => null },
  version: '0.0.0',
  status: never,
  sendsSampling: never,
  fetchesImages: never,
};
