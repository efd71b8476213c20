/**
 * Whether requests can be answered: the CLI has come up, is signed in, and its plan is not used up. Paths and the account are left out: any
 * local program can read this.
 */
import { appStatus, canAnswer } from '../../shared/appStatus';
import { problemsOf } from '../../shared/problems';
import type { DialectServices, Route } from '../dialect';

export function healthRoute({ status, version }: Pick<DialectServices, 'status' | 'version'>): Route {
  return {
    method: 'get',
    path: '/health',
    scope: 'any',
    docs: {
      summary:
        'Whether the server can answer questions; status 503 if it cannot answer any. `limited`: a limit of the plan is used up until `resets_at`',
      answer: { status: 'ok' },
    },
    handle: () => {
      const { cli, server, storage } = status();
      const problems = problemsOf({ cli, server, storage });
      const overall = appStatus({ cli, server, storage });
      const healthy = canAnswer(overall) ? 'ok' : 'unavailable';
      return {
        type: 'json',
        status: canAnswer(overall) ? 200 : 503,
        body: {
          status: cli.phase === 'limited' ? 'limited' : healthy,
          state: overall.label,
          version,
          problems: problems.map(({ code }) => code),
          cli: {
            phase: cli.phase,
            version: cli.version ?? null,
            payer: cli.payer?.label ?? null,
            billing: cli.payer?.billing ?? null,
            reuses_processes: cli.reusesProcesses ?? false,
            problem: cli.problem?.code ?? null,
            resets_at: cli.problem?.resetsAt ?? null,
          },
          server: { phase: server.phase, started_at: server.startedAt ?? null },
        },
      };
    },
  };
}
