/**
 * Whether requests can be answered: the CLI was found and is signed in. Paths and the account are left out: any local program
 * can read this.
 */
import type { DialectServices, Route } from '../dialect';

export function healthRoute({ status, version }: Pick<DialectServices, 'status' | 'version'>): Route {
  return {
    method: 'get',
    path: '/health',
    docs: { summary: 'Whether the server can answer questions; status 503 if it cannot', answer: { status: 'ok' } },
    handle: () => {
      const { cli, server } = status();
      const ready = cli.phase === 'ready';
      return {
        type: 'json',
        status: ready ? 200 : 503,
        body: {
          status: ready ? 'ok' : 'unavailable',
          version,
          cli: { phase: cli.phase, version: cli.version ?? null, problem: cli.problem?.code ?? null },
          server: { phase: server.phase, started_at: server.startedAt ?? null },
        },
      };
    },
  };
}
