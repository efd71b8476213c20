/** LangChain's standard tests of chat models, with its packages for the three dialects. Needs Python 3.10 or newer. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { pipInstall } from '../programs/install';
import { plausibleAnswer } from './plausibleModel';
import { runSuiteCommand, type Suite, suiteFile } from './suite';

const ALSO = [
  'langchain-anthropic==1.7.10',
  'langchain-ollama==1.1.0',
  'langchain-openai==1.7.4',
  'pytest-json-report==1.5.0',
];

const Report = z.object({
  tests: z.array(
    z.object({
      nodeid: z.string(),
      outcome: z.string(),
      setup: z.object({ longrepr: z.string().optional() }).optional(),
      call: z.object({ longrepr: z.string().optional() }).optional(),
    }),
  ),
});

export const langchain: Suite = {
  name: 'langchain',
  install: (cache) => pipInstall(cache, 'langchain-tests', '1.1.9', 'python', { also: ALSO }),
  run: async (app, python) => {
    app.api.chooseAnswer((request) => plausibleAnswer(request));
    const file = path.join(app.home, 'langchain.json');
    // `-B` and the absent cache leave nothing in the checkout.
    const flags = ['-q', '-p', 'no:cacheprovider', '--tb=short', '--json-report', `--json-report-file=${file}`];
    const { output } = await runSuiteCommand(app, python, ['-B', '-m', 'pytest', ...flags, '.'], {
      cwd: suiteFile('langchain'),
      env: { CLAUDACITY_URL: app.url, LANGSMITH_TRACING: 'false' },
    });
    const { tests } = await readFile(file, 'utf8').then(
      (json) => Report.parse(JSON.parse(json)),
      () => {
        throw new Error(`it wrote no report: ${output.slice(-2_000)}`);
      },
    );
    const line = ({ nodeid, setup, call }: (typeof tests)[number]) => {
      const reason = (call?.longrepr ?? setup?.longrepr ?? '').trim().split('\n').at(-1);
      return `${nodeid.replace(/^.*?::/, '')}: ${reason}`;
    };
    return {
      passed: tests.filter(({ outcome }) => outcome === 'passed').length,
      skipped: tests.filter(({ outcome }) => outcome === 'skipped').map(line),
      failures: tests.filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped').map(line),
    };
  },
};
