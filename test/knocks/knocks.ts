/**
 * `npm run test:knocks`: 100,000 refused requests, each from a client of another name, most with another host, origin or key. What is kept of them
 * must stay bounded, and the owner's own requests must be answered meanwhile. The last line is always `N passed, N failed`.
 *
 *     npm run test:knocks -- [--requests N]
 */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { text, usage } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp } from '../support/testApp';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '100000' } } });
const requests = Number(values.requests);
const own = Object.values(networkInterfaces())
  .flatMap((infos) => infos ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

const app = await startTestApp({ env: { HOST: '0.0.0.0' }, settings: { trustOwnAddresses: false } });
const failures: string[] = [];
let checks = 0;
try {
  await measure();
} finally {
  await app.stop().catch((error: unknown) => failures.push(String(error)));
}
for (const failure of failures) console.log(`✗ ${failure}`);
console.log(`${checks - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function measure(): Promise<void> {
  await ask();
  const quiet = await latencies(() => sleep(5_000), 10);
  const before = { rows: rows(), lines: app.log.entries.length, bytes: databaseBytes(), heap: heapMb() };

  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  let statuses: Record<string, number> = {};
  const flooded = await latencies(async () => {
    statuses = await flood();
  });
  const seconds = (performance.now() - startedAt) / 1000;

  const cpu = process.cpuUsage(cpuBefore);
  const own = flooded.count + quiet.count + 1;
  const newRows = rows() - before.rows - flooded.count;
  const minutes = Math.ceil(seconds / 60) + 1;
  const lines = app.log.entries.slice(before.lines).filter(({ level }) => level !== 'debug').length;
  console.log(
    `${requests} refused in ${seconds.toFixed(1)} s, ${Math.round(requests / seconds)} a second: ${JSON.stringify(statuses)}`,
  );
  console.log(`CPU of this process: ${((cpu.user + cpu.system) / 1000 / requests).toFixed(2)} ms a request`);
  console.log(`owner's requests without: ${words(quiet)}; meanwhile: ${words(flooded)}`);
  console.log(
    `rows of refused requests ${newRows}, log lines ${lines}, database ${databaseBytes() - before.bytes} bytes more, heap ${heapMb() - before.heap} MB more`,
  );
  console.log(`knocks ${app.core.snapshot().knocks.length}`);

  check('every request is refused', (statuses['401'] ?? 0) + (statuses['403'] ?? 0) === requests);
  check('no prompt reaches the API but the owner’s', app.api.requests.length <= own);
  check('at most 60 rows a minute are stored', newRows <= 60 * minutes);
  check('at most 60 lines a minute are logged', lines <= 60 * minutes + 2 * own);
  check('at most 60 knocks are kept', app.core.snapshot().knocks.length <= 60);
  check('the database and its log grow by less than 8 MB', databaseBytes() - before.bytes < 8_000_000);
  check('the owner’s first requests are still listed', flooded.failed === 0 && rows() < 2_000);
  // Compared with what they take otherwise, since other work on the machine slows down both.
  check('the owner’s requests take at most twice as long, and 100 ms', flooded.p50 <= quiet.p50 * 2 + 100);
}

interface Latencies {
  count: number;
  failed: number;
  p50: number;
  p95: number;
}

/** Asks the model again and again until the work is done, and at least so many times. In ms. */
async function latencies(work: () => Promise<void>, atLeast = 0): Promise<Latencies> {
  const times: number[] = [];
  let failed = 0;
  let done = false;
  const asking = (async () => {
    while (!done || times.length < atLeast) {
      const at = performance.now();
      failed += (await ask()) === 200 ? 0 : 1;
      times.push(performance.now() - at);
      await sleep(50);
    }
  })();
  await work();
  done = true;
  await asking;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { count: times.length, failed, p50: at(0.5), p95: at(0.95) };
}

async function ask(): Promise<number> {
  app.api.answer(text('Yes.'), usage({ output: 1 }));
  const body = JSON.stringify({ model: 'sonnet', prompt: 'Hi.', stream: false });
  return (await send(`${app.url}/api/generate`, { body })).status;
}

function flood(): Promise<Record<string, number>> {
  const script = path.resolve('test/knocks/refusedClient.cjs');
  const child = spawn(process.execPath, [script, String(app.port), own ?? '127.0.0.2', String(requests)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += String(chunk);
  });
  return new Promise((resolve) => child.once('close', () => resolve(JSON.parse(output))));
}

function rows(): number {
  let count = 0;
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const page = app.core.calls['requests.older'](before, 1000);
    count += page.length;
    const last = page.at(-1);
    if (page.length < 1000 || last === undefined || last.at === before) return count;
    before = last.at;
  }
}

function databaseBytes(): number {
  const file = path.join(app.dataDir, 'claudacity.db');
  return [file, `${file}-wal`].reduce((sum, name) => sum + (statSync(name, { throwIfNoEntry: false })?.size ?? 0), 0);
}

function heapMb(): number {
  return Math.round(process.memoryUsage().heapUsed / 1e6);
}

function words({ count, p50, p95 }: Latencies): string {
  return `${count} answered, median ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`;
}

function check(promise: string, kept: boolean): void {
  checks += 1;
  if (!kept) failures.push(promise);
}
