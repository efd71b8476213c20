/**
 * `npm run test:suites [name]`: other people's suites, against this app with a scripted model. Each installs what it needs into .cache, and
 * runs with a scratch home against loopback alone. The last line is always `N passed, N failed`.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../../build/setup/command.mjs';
import { startTestApp } from '../support/testApp';
import { keys } from './keys';
import { langchain } from './langchain';
import { ollama } from './ollama';
import { strictPython } from './strictPython';
import type { Suite } from './suite';

const SUITES: readonly Suite[] = [strictPython, keys, langchain, ollama];

const CACHE = path.join(ROOT, '.cache', 'suites');

const [wanted = ''] = process.argv.slice(2);
let passed = 0;
let failed = 0;
await mkdir(CACHE, { recursive: true });
for (const suite of SUITES.filter(({ name }) => name.includes(wanted))) {
  try {
    const installed = await suite.install(CACHE);
    const app = await startTestApp();
    try {
      const result = await suite.run(app, installed);
      passed += result.passed;
      failed += result.failures.length;
      for (const line of result.skipped) console.log(`– ${suite.name}: ${line}`);
      for (const line of result.failures) console.log(`✗ ${suite.name}: ${line}`);
      console.log(`${suite.name}: ${result.passed} passed, ${result.skipped.length} do not apply`);
    } finally {
      await app.stop();
    }
  } catch (error) {
    failed += 1;
    console.log(`✗ ${suite.name}: ${error}`);
  }
}
if (passed + failed === 0) {
  failed = 1;
  console.log(`✗ no suite is called “${wanted}”: ${SUITES.map(({ name }) => name).join(', ')}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
