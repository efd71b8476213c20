/** `GET /metrics`, for Prometheus, and `GET /health`, for monitoring and container health checks. */
import type { DialectServices, Route } from '../dialect';
import { healthRoute } from './health';
import { createMetrics } from './metrics';

export function metricsRoutes(services: DialectServices): readonly Route[] {
  const registry = createMetrics(services);
  return [
    {
      method: 'get',
      path: '/metrics',
      scope: 'metrics',
      docs: { summary: 'Metrics for Prometheus', textType: 'text/plain' },
      handle: async () => ({ type: 'text', text: await registry.metrics(), contentType: registry.contentType }),
    },
    healthRoute(services),
  ];
}
