/** `GET /metrics`, for Prometheus, `GET /health`, for monitoring and container health checks, and `GET /v1/quota-stats`, for meters. */
import type { DialectServices, Route } from '../dialect';
import { healthRoute } from './health';
import { createMetrics } from './metrics';
import { quotaStatsRoute } from './quotaStats';

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
    quotaStatsRoute(services),
  ];
}
