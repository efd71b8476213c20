/**
 * `npm run test:versions [VERSION …]`: runs the self-test and the tests of reuse with several versions of the CLI, each of which is installed into
 * `.cache/versions` once (250 MB each). The last line is always `N passed, N failed`; a version counts as one.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, runInForeground } from '../../build/setup/command.mjs';
import { npmInstall } from '../programs/install';
import { CLI_VARIABLE } from '../support/cli';

/** The least version, two between, and that of package.json. */
const VERSIONS = ['2.1.280', '2.1.300', '2.1.315', pinnedVersion()];
const CACHE = path.join(ROOT, '.cache', 'versions');
/** Vitest runs the files whose path contains one of these. */
const TESTS = ['test/lifecycle/selfTest', 'test/api/claude/reuse', 'test/api/reuse'];

const asked = process.argv.slice(2);
const versions = asked.length > 0 ? asked : VERSIONS;
const lines: string[] = [];
let failed = 0;
for (const [index, version] of versions.entries()) {
  console.log(`\n▸ claude ${version} (${index + 1} of ${versions.length})`);
  const startedAt = Date.now();
  const code = await test(version).catch((error: unknown) => {
    console.error(String(error));
    return 1;
  });
  if (code !== 0) failed += 1;
  const line = `${code === 0 ? '✓' : '✗'} claude ${version} (${Math.round((Date.now() - startedAt) / 1000)} s)`;
  lines.push(line);
  console.log(line);
}
console.log(`\n${lines.join('\n')}\n\n${versions.length - failed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;

/** Resolves to Vitest's exit code. @throws Error where the version cannot be installed. */
async function test(version: string): Promise<number> {
  const name = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`;
  const binary = process.platform === 'win32' ? 'claude.exe' : 'claude';
  const program = await npmInstall(CACHE, name, version, `${name}/${binary}`);
  const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [
    vitest,
    'run',
    '--config',
    'test/vitest.config.mts',
    '--project',
    'api',
    '--project',
    'reuse',
    '--project',
    'lifecycle',
    ...TESTS,
  ];
  return runInForeground(process.execPath, args, { env: { ...process.env, [CLI_VARIABLE]: program } });
}

function pinnedVersion(): string {
  const { devDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  return devDependencies['@anthropic-ai/claude-code'];
}
