/** All routes of the server, from the list of dialects, so that a new route is fuzzed without a change here. */
import type { DialectServices, Route } from '../../app/api/dialect';
import { dialects } from '../../app/api/dialectTable';

export type ServedRoute = Pick<Route, 'method' | 'path' | 'hasBody'>;

export function servedRoutes(): readonly ServedRoute[] {
  return dialects.flatMap((dialect) => dialect.routes(UNUSED_SERVICES));
}

function never(): never {
  throw new Error('only the routes are used');
}

const UNUSED_SERVICES: DialectServices = {
  chat: {
    ask: never,
    loadModel: never,
    unloadModel: never,
    loadedModels: never,
    liveConversations: never,
    rateLimits: never,
    poolState: never,
    processMemory: never,
    latestTurn: never,
    interruptConversation: never,
    endConversation: never,
  },
  journal: { onChange: () => () => {}, details: () => null, refusedRequests: () => 0, day: never },
  version: '0.0.0',
  status: never,
  accountOf: never,
  sendsSampling: never,
  sendsReasoning: () => true,
  taskModel: never,
  fetchesImages: never,
};
