/**
 * `npm run bench:command`: how much longer `claudacity status` takes than an empty Node program, in 20 alternating runs, beside an app that runs.
 * Arguments replace Node and cli.cjs: the program of a package.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './setup/command.mjs';

const RUNS = 20;
const given = process.argv.slice(2);
const command = given.length > 0 ? given : [process.execPath, path.join(ROOT, 'out', 'cli.cjs')];

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'claudacity-bench-'));
const env = {
  PATH: process.env.PATH,
  HOME: home,
  CLAUDACITY_HOME: path.join(home, 'data'),
  HOST: '127.0.0.1',
  PORT: '0',
};
const run = (/** @type {string[]} */ [file = '', ...args]) => {
  const begunAt = performance.now();
  const { status } = spawnSync(file, args, { env, encoding: 'utf8' });
  return { ms: performance.now() - begunAt, status };
};
const median = (/** @type {number[]} */ values) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

try {
  run([...command, 'start', '--headless']);
  const empty = [];
  const status = [];
  for (let round = 0; round < RUNS; round += 1) {
    empty.push(run([process.execPath, '-e', '0']).ms);
    const result = run([...command, 'status']);
    // No claude is installed in the scratch home, so it may say that no request can be answered.
    if (result.status !== 0 && result.status !== 4) throw new Error(`status exited with ${result.status}`);
    status.push(result.ms);
  }
  const [of, than] = [median(status), median(empty)];
  console.log(`node -e 0 ${than.toFixed(0)} ms, status ${of.toFixed(0)} ms: ${(of - than).toFixed(0)} ms more`);
} finally {
  run([...command, 'stop']);
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
