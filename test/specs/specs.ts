/**
 * `npm run test:specs -- <folder> [name]`: checks every kind of answer, and all answers to the clients of the table, against the published
 * specifications in the folder, which are not part of this project, and the app against its own. The last line is always
 * `N passed, N failed`.
 */
import { startTestApp } from '../support/testApp';
import type { SpecCheck } from './check';
import { clientChecks } from './clients';
import { checkOllama } from './ollama';
import { openaiChecks, openOpenai } from './openai';
import { openResponsesCheck } from './openResponses';
import { schemathesisCheck } from './schemathesis';

const [folder, wanted = ''] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npm run test:specs -- <folder with openai-openapi.json and ollama-openapi.yaml> [name]');
  process.exit(2);
}

const openai = openOpenai(folder);
const checks: readonly SpecCheck[] = [
  // They take minutes.
  ...(wanted === '' ? await clientChecks(openai, folder) : []),
  ...openaiChecks(openai),
  { name: 'every answer of Ollama’s native API', run: (app) => checkOllama(app, folder) },
  openResponsesCheck,
  schemathesisCheck,
];

let passed = 0;
let failed = 0;
const app = await startTestApp();
try {
  for (const check of checks.filter(({ name }) => name.includes(wanted))) {
    app.api.reset();
    const findings = await check.run(app).catch((error: unknown) => [`the request failed: ${error}`]);
    if (findings.length === 0) passed += 1;
    else failed += 1;
    console.log([`${findings.length === 0 ? '✓' : '✗'} ${check.name}`, ...findings].join('\n    '));
  }
} finally {
  await app.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
