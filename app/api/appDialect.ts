/** The app's own paths, which belong to no client's dialect: documentation, metrics and health. Errors have OpenAI's form. */
import type { Dialect } from './dialect';
import { docsRoutes } from './docs';
import { metricsRoutes } from './metrics';
import { errorObject } from './openai/errorObject';

const ownFault: Dialect['fault'] = (fault) => ({ status: fault.status, body: errorObject(fault) });

/** @param dialects the clients' dialects, for the documentation. */
export function appDialect(dialects: readonly Dialect[]): Dialect {
  return {
    name: 'app',
    title: 'App',
    roots: ['/docs', '/openapi.json', '/metrics', '/health', '/v1/quota-stats'],
    fault: ownFault,
    routes: (services) => {
      const sections = dialects.map((dialect) => ({
        title: dialect.title,
        routes: dialect.routes(services),
        fault: dialect.fault,
      }));
      const metrics = metricsRoutes(services);
      return [
        ...docsRoutes(services.version, [...sections, { title: 'Claudacity', routes: metrics, fault: ownFault }]),
        ...metrics,
      ];
    },
  };
}
