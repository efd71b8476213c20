/**
 * `npm run test:codex`: lets the real Codex run a command that the model calls, with a configured provider and with `--oss`. The
 * last line is always `N passed, N failed`.
 */
import { startTestApp } from '../support/testApp';
import { codexRun, type Mode } from './codexRun';
import { installCodex } from './installCodex';

const MODES: readonly Mode[] = [
  {
    name: 'codex exec with a provider of its own',
    args: (port) => [
      ...['-m', 'sonnet', '-c', 'model_provider=claudacity', '-c'],
      `model_providers.claudacity={name="Claudacity",base_url="http://127.0.0.1:${port}/v1",env_key="CLAUDACITY_KEY",wire_api="responses"}`,
    ],
  },
  { name: 'codex exec --oss', args: () => ['--oss', '--local-provider', 'ollama', '-m', 'sonnet:latest'] },
];

let passed = 0;
let failed = 0;
try {
  const script = await installCodex();
  const app = await startTestApp();
  try {
    for (const mode of MODES) {
      const faults = await codexRun(app, script, mode);
      if (faults.length === 0) passed += 1;
      else failed += 1;
      console.log([`${faults.length === 0 ? '✓' : '✗'} ${mode.name}`, ...faults].join('\n    '));
    }
  } finally {
    await app.stop();
  }
} catch (error) {
  failed += 1;
  console.log(`✗ ${error}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
