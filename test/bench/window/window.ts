/**
 * `npm run bench:window`: the app's window beside a bare Electron window, in one run.
 *
 *     npm run bench:window [-- start|load] [--rounds N] [--seconds N] [--requests N]
 *
 * `start`: the time until the window is shown. `load`: frames, long tasks, CPU and memory while requests arrive and somebody scrolls and filters,
 * and how long a search takes. The exit code is 1 only where something could not be measured.
 */
import { parseArgs } from 'node:util';
import { measureWindowLoad, windowLoadAsText } from './windowLoad';
import { measureStart, startAsText } from './windowStart';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, seconds: { type: 'string' }, requests: { type: 'string' } },
});
const wants = (part: string) => positionals.length === 0 || positionals.includes(part);
const number = (text: string | undefined, otherwise: number) => Math.max(1, Number(text) || otherwise);

if (wants('start')) console.log(startAsText(await measureStart(number(values.rounds, 10), progress)));
if (wants('load')) {
  const options = { seconds: number(values.seconds, 60), storedRequests: number(values.requests, 100_000) };
  console.log(windowLoadAsText(await measureWindowLoad(options, progress)));
}

function progress(line: string): void {
  console.error(line);
}
