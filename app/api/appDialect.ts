/** What is this app's own and in no other's dialect: its description, its metrics and its health. Errors are worded as OpenAI does. */
import type { Dialect } from './dialect';
import { docsRoutes } from './docs';
import { metricsRoutes } from './metrics';
import { errorObject } from './openai/errorObject';

const OWN_PATHS = ['/docs', '/docs/:file', '/openapi.json', '/metrics', '/health'];

/** @param dialects those that are described and measured. */
export function appDialect(dialects: readonly Dialect[]): Dialect {
  return {
    name: 'app',
    owns: (path) => /^\/(docs|openapi\.json|metrics|health)(\/|$)/.test(path),
    fault: (fault) => ({ status: fault.status, body: errorObject(fault) }),
    routes: (services) => {
      const spoken = dialects.map((dialect) => ({ name: dialect.name, routes: dialect.routes(services) }));
      const served = spoken.flatMap(({ routes }) => routes.map(({ path }) => path));
      const metrics = metricsRoutes(services, [...served, ...OWN_PATHS]);
      return [...docsRoutes(services.version, [...spoken, { name: 'app', routes: metrics }]), ...metrics];
    },
  };
}
