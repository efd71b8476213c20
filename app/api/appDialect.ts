/** The app's own paths, which belong to no client's dialect: documentation, metrics and health. Errors have OpenAI's form. */
import type { Dialect } from './dialect';
import { docsRoutes } from './docs';
import { metricsRoutes } from './metrics';
import { errorObject } from './openai/errorObject';

/** @param dialects the clients' dialects, for the documentation. */
export function appDialect(dialects: readonly Dialect[]): Dialect {
  return {
    name: 'app',
    title: 'App',
    roots: ['/docs', '/openapi.json', '/metrics', '/health'],
    fault: (fault) => ({ status: fault.status, body: errorObject(fault) }),
    routes: (services) => {
      const sections = dialects.map((dialect) => ({ title: dialect.title, routes: dialect.routes(services) }));
      const metrics = metricsRoutes(services);
      return [...docsRoutes(services.version, [...sections, { title: 'Claudacity', routes: metrics }]), ...metrics];
    },
  };
}
