/**
 * `npm run test:fuzz`: sends 20,000 requests to all endpoints, nearly all of them malformed. None may cause a server error, each
 * refusal must have the form of its path's dialect, and the app must survive. The last line is always `N passed, N failed`.
 *
 *     npm run test:fuzz -- [--bodies N] [--seed N] [--only N]
 */
import { parseArgs } from 'node:util';
import { startTestApp } from '../support/testApp';
import { type FuzzResult, fuzz, type Progress } from './run';

const { values } = parseArgs({
  options: {
    bodies: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
console.log(`seed ${seed}`);

/** Processes that still run after `stop`. */
const leftovers: string[] = [];
const startedAt = Date.now();
const app = await startTestApp({ settings: { maxProcesses: 6 } });
const result = await fuzz(app, {
  bodies: Number(values.bodies),
  seed,
  only: values.only === undefined ? undefined : Number(values.only),
  onProgress: (progress) => console.error(line(progress)),
}).finally(() => app.stop().catch((error: unknown) => leftovers.push(String(error))));
report(result);

function line({ sent, failed, statuses, apiRequests }: Progress): string {
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count}× ${status || 'closed'}`);
  return `${Math.round((Date.now() - startedAt) / 1000)} s: ${sent} sent, ${failed} failed, ${apiRequests} reached the model (${counts.join(', ')})`;
}

function report(result: FuzzResult): void {
  const faults = [...result.appFaults, ...leftovers];
  console.log(line(result));
  for (const finding of [...result.findings, ...faults]) console.log(`✗ ${finding}`);
  const failed = result.failed + faults.length;
  console.log(`${result.sent - result.failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
