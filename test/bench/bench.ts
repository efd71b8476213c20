/**
 * `npm run bench`: measures how long a client waits for the first token, through this app and from the CLI directly. All
 * rows are measured in the same interleaved rounds against the mocked Messages API, so that a slow machine affects them alike.
 *
 *     npm run bench -- [--rounds N] [--quick] [--no-wait] [--only tokens|load|pauses] [--json FILE]
 *
 * Then it measures many conversations, one after another and at once (load/), and for how long other clients wait while one sends hostile requests (othersPause/).
 *
 * `--no-wait` is for a machine that is never idle, where the run has been given priority by other means.
 * The exit code is 1 only where something could not be measured, never because a figure is too high.
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureLoad } from './load/load';
import { loadAsText, loadRows } from './load/loadReport';
import { measure } from './measure';
import { measureOthersPause, PROMISED } from './othersPause/othersPause';
import { exceeded, pausesAsText } from './othersPause/pauseReport';
import { asJson, asText } from './report';
import { summarize } from './summary';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean' },
    'no-wait': { type: 'boolean' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const rounds = Math.max(1, Number.parseInt(values.rounds ?? (values.quick ? '5' : '16'), 10) || 1);

try {
  const wants = (part: string) => values.only === undefined || values.only === part;
  const tokens = !wants('tokens') ? null : await measure(rounds, values['no-wait'] !== true, progress);
  progress('');
  if (tokens !== null) console.log(asText(tokens));
  const load = wants('load')
    ? loadRows(await measureLoad(progress), tokens ? summarize(tokens.samples.bareNext).median : undefined)
    : null;
  progress('');
  if (load !== null) console.log(loadAsText(load));
  const pauses = !wants('pauses') ? null : await measurePauses();
  if (pauses !== null) console.log(pausesAsText(pauses));
  const othersPause = pauses && {
    promised: PROMISED,
    rows: pauses.map((row) => ({ ...row, exceeded: exceeded(row) })),
  };
  const json = { ...(tokens && asJson(tokens)), ...(load && { load }), ...(othersPause && { othersPause }) };
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(json, null, 2)}\n`);
} catch (error) {
  progress('');
  console.error(`The benchmark failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

/** The app runs as its users run it: bundled, and in a process of its own. */
async function measurePauses() {
  progress('Bundling');
  execFileSync(process.execPath, ['build/bundle.mjs'], { stdio: 'inherit' });
  const pauses = await measureOthersPause(progress);
  progress('');
  return pauses;
}

function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
  else if (line !== '') console.error(line);
}
