/** `GET /metrics`, for Prometheus, and `GET /health`, for whoever starts this app and wants to know whether it serves. */
import type { DialectServices, Route } from '../dialect';
import { healthRoute } from './health';
import { createMetrics } from './metrics';

/** @param paths the templates of all paths that are served; called when the first request has ended. */
export function metricsRoutes(services: DialectServices, paths: () => readonly string[]): readonly Route[] {
  const registry = createMetrics(services, paths);
  return [
    {
      method: 'get',
      path: '/metrics',
      docs: { summary: 'What happens here, for Prometheus' },
      handle: async () => ({ type: 'text', text: await registry.metrics(), contentType: registry.contentType }),
    },
    healthRoute(services),
  ];
}
