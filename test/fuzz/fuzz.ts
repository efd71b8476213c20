/**
 * `npm run test:fuzz`: 20,000 requests over all endpoints, hardly one of them as it should be. None may be answered by an error
 * of the server's own, each refusal is in the dialect of its path, and the app outlives them all. The last line is
 * always `N passed, N failed`.
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

/** What `stop` finds still running. */
const left: string[] = [];
const begin = Date.now();
const app = await startTestApp({ settings: { maxProcesses: 6 } });
const ended = await fuzz(app, {
  bodies: Number(values.bodies),
  seed,
  only: values.only === undefined ? undefined : Number(values.only),
  onProgress: (progress) => console.error(line(progress)),
}).finally(() => app.stop().catch((error: unknown) => left.push(String(error))));
report(ended);

function line({ sent, failed, statuses, asked }: Progress): string {
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count}× ${status || 'closed'}`);
  return `${Math.round((Date.now() - begin) / 1000)} s: ${sent} sent, ${failed} failed, ${asked} asked of the model (${counts.join(', ')})`;
}

function report(result: FuzzResult): void {
  const faults = [...result.appFaults, ...left];
  console.log(line(result));
  for (const finding of [...result.findings, ...faults]) console.log(`✗ ${finding}`);
  const failed = result.failed + faults.length;
  console.log(`${result.sent - result.failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
