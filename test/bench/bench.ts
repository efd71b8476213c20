/**
 * `npm run bench`: measures how long a client waits for the first token, through this app and from the CLI directly. All
 * rows are measured in the same interleaved rounds against the mocked Messages API, so that a slow machine affects them alike.
 *
 *     npm run bench -- [--rounds N] [--quick] [--no-wait] [--json FILE]
 *
 * `--no-wait` is for a machine that is never idle, where the run has been given priority by other means.
 * The exit code is 1 only where something could not be measured, never because a figure is too high.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Measurements, measure } from './measure';
import { asJson, asText } from './report';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean' },
    'no-wait': { type: 'boolean' },
    json: { type: 'string' },
  },
});
const rounds = Math.max(1, Number.parseInt(values.rounds ?? (values.quick ? '5' : '16'), 10) || 1);

try {
  const measurements: Measurements = await measure(rounds, values['no-wait'] !== true, progress);
  progress('');
  console.log(asText(measurements));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(asJson(measurements), null, 2)}\n`);
} catch (error) {
  progress('');
  console.error(`The benchmark failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
  else if (line !== '') console.error(line);
}
