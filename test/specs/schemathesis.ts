/**
 * Schemathesis against this app's own description: requests that match it are accepted, others are refused, and every answer has a
 * status, a content type and a form that it describes. Needs Python 3.10 or newer.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { captureOutput, ROOT } from '../../build/setup/command.mjs';
import { pipInstall } from '../programs/install';
import { plausibleAnswer } from '../suites/plausibleModel';
import { send } from '../support/send';
import type { SpecCheck } from './check';

const CACHE = path.join(ROOT, '.cache', 'suites');
const RULES = path.join(ROOT, 'test', 'specs', 'schemathesis', 'rules.py');

/** Requests to each operation: a valid one costs an answer of the CLI's, so there are fewer than Schemathesis makes by default. */
const EXAMPLES = 20;
const SEED = 1;
const TIMEOUT_MS = 4 * 60_000;

export const schemathesisCheck: SpecCheck = {
  name: 'the app’s own description, by Schemathesis',
  run: async (app) => {
    await mkdir(CACHE, { recursive: true });
    const command = await pipInstall(CACHE, 'schemathesis', '4.32.5', 'schemathesis');
    app.api.chooseAnswer((request) => plausibleAnswer(request));
    const { text } = await send(`${app.url}/openapi.json`);
    const config = path.join(app.home, 'schemathesis.toml');
    await writeFile(config, configuration(Description.parse(JSON.parse(text))));

    const report = path.join(app.home, 'schemathesis.ndjson');
    const run = ['run', `${app.url}/openapi.json`, '--no-color', '--report', 'ndjson', '--report-ndjson-path', report];
    const { code, output } = await captureOutput(command, ['--config-file', config, ...run], {
      cwd: app.home,
      env: { PATH: process.env.PATH, HOME: app.home },
      timeoutMs: TIMEOUT_MS,
    });
    const { requests, findings } = await readReport(report);
    console.log(`Schemathesis sent ${requests} requests`);
    // It also ends with 1 for what it reports as an error rather than as a failure.
    if (findings.length === 0 && code !== 0)
      return [`it ended with ${code}: ${output.slice(Math.max(0, output.indexOf('= ERRORS ='))).slice(0, 3_000)}`];
    return findings;
  },
};

const Description = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ summary: z.string() }))),
});

/** Schemathesis's configuration, in TOML. A route that refuses every request accepts none that is valid. */
function configuration({ paths }: z.output<typeof Description>): string {
  const refused = Object.entries(paths).flatMap(([name, operations]) =>
    Object.entries(operations).flatMap(([method, { summary }]) =>
      summary.startsWith('Refused') ? [`${method.toUpperCase()} ${name}`] : [],
    ),
  );
  return `
hooks = ${JSON.stringify(RULES)}
seed = ${SEED}
continue-on-failure = true
request-timeout = 60
# Hypothesis fails in more than one thread, at times: "AST constructor recursion depth mismatch" of Python 3.11.
workers = 1

[generation]
max-examples = ${EXAMPLES}
no-shrink = true
database = "none"

[phases.examples]
enabled = false

# The description links no operations.
[phases.stateful]
enabled = false

[phases.coverage]
generation.mode = "negative"

# A list with more elements than allowed may also take more memory than allowed.
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "413"]

# Has hundreds of cases for each of these bodies, and gigabytes of them for Anthropic's.
[[operations]]
include-path-regex = "^/(v1/(messages|chat|responses)|api/v0/)"
phases.coverage.enabled = false

# Has the bodies of /v1.
[[operations]]
include-path-regex = "^/api/v0/(chat/)?completions$"
phases.fuzzing.enabled = false

[[operations]]
include-name = ${JSON.stringify(refused)}
checks.positive_data_acceptance.enabled = false
`;
}

const Failure = z.object({ operation: z.string().nullish(), title: z.string(), message: z.string() });

const ScenarioFinished = z.object({
  ScenarioFinished: z.object({
    recorder: z.object({
      label: z.string(),
      cases: z.record(z.string(), z.object({ value: z.looseObject({ body: z.unknown().optional() }) })).default({}),
      checks: z
        .record(z.string(), z.array(z.object({ failure_info: z.object({ failure: Failure }).nullish() })))
        .default({}),
    }),
  }),
});

/** Reads the report, a JSON object on each line. @throws if there is none. */
async function readReport(file: string): Promise<{ requests: number; findings: string[] }> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.includes('"ScenarioFinished"'));
  const recorders = lines.map((line) => ScenarioFinished.parse(JSON.parse(line)).ScenarioFinished.recorder);
  const findings = recorders.flatMap(({ label, cases, checks }) =>
    Object.entries(checks).flatMap(([id, results]) =>
      results.flatMap(({ failure_info: info }) => {
        if (!info) return [];
        const body = JSON.stringify(cases[id]?.value.body)?.slice(0, 500);
        return [`${label}: ${info.failure.title}: ${info.failure.message.replaceAll('\n', ' ')}: ${body}`];
      }),
    ),
  );
  return { requests: recorders.reduce((sum, { cases }) => sum + Object.keys(cases).length, 0), findings };
}
