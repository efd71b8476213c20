/**
 * `npm run bench`: how long a client waits for the first token, and how long without this app around the CLI. All in one
 * run against the stand-in for the Messages API and in interleaved rounds, so that what slows the machine slows every row.
 *
 *     npm run bench -- [--rounds N] [--quick] [--no-wait] [--json FILE]
 *
 * `--no-wait` is for a machine that never becomes quiet, where the run has been given priority by other means.
 * It measures and does not judge: the exit code is 1 only where something could not be measured.
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
  console.error(`It could not be measured: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
  else if (line !== '') console.error(line);
}
